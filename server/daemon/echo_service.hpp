// The echo protocol (RFC 862) on the framework: everything that is received is sent back. Internal. Handlers run on
// many threads at once and share nothing.
#pragma once

#include "daemon_settings.hpp"
#include "inherited_sockets.hpp"

#include <echopool/server.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace echopool {

/// Called whenever there is input: reads what is there, sends all of it back.
Next echo(Session& peer);

/// Answers a datagram with itself.
void echo_datagram(Datagram& datagram);

/// An address of the defaults that this host does not have: it is left out.
struct SkippedListener {
  std::string_view transport;  ///< tcp or udp
  Endpoint address;
  std::string reason;
};

/// Binds the configured addresses, or takes over `inherited` in their place if there are any. Throws
/// std::runtime_error, naming where the address was configured and, where it can be told, the process that has it.
[[nodiscard]] std::vector<SkippedListener> serve_echo(Server& server, const Configuration& configuration,
                                                      InheritedListeners inherited);

/// Server::start(); with SO_REUSEADDR a TCP port turns out to be taken only here.
void start_echo(Server& server, const Configuration& configuration);

}  // namespace echopool
