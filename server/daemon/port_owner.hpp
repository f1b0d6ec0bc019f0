// Which process has the port that we cannot bind? Internal. Reads /proc; any thread.
#pragma once

#include <echopool/endpoint.hpp>

#include <optional>
#include <string>

namespace echopool {

enum class Transport { tcp, udp };

/// `NAME (pid N)` of a process with a socket bound to the port of `where`, at its address or at all addresses
/// (proc(5): /proc/net/tcp and its kin). nullopt: none, or a process into which we may not look.
[[nodiscard]] std::optional<std::string> owner_of_port(const Endpoint& where, Transport transport);

}  // namespace echopool
