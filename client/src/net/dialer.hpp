// Opens a socket to a target: resolves the name, tries its addresses in turn, keeps a time limit. Internal. Any thread.
#pragma once

#include "net/target.hpp"
#include "unique_fd.hpp"

#include <echopool/endpoint.hpp>
#include <echopool/literals.hpp>

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace echopool::client {

struct DialSettings {
  Timeout limit = std::chrono::seconds{10};  ///< for one address; nullopt: as long as the kernel tries
  std::optional<std::chrono::steady_clock::time_point> deadline{};  ///< for all addresses together, and for ever
  Endpoint source{};                   ///< bind(2) to this before connecting; `*:0`: the kernel chooses
  std::function<void(int)> prepare{};  ///< called with each new socket before bind and connect: buffer sizes …
  int cancel_fd = -1;                  ///< readable: give up (throws NetworkError with ECANCELED)
};

struct Connection {
  UniqueFd socket;  ///< blocking and close-on-exec; a UDP socket is connected, so ICMP errors are reported
  Endpoint peer;
  Endpoint local;
  std::chrono::nanoseconds took{0};  ///< to connect
};

/// Makes a non-blocking socket and begins to connect it. Returns 0 (connected), EINPROGRESS (poll(2) for POLLOUT, then
/// finish_connect()) or another errno; `socket` is set in the first two cases.
[[nodiscard]] int begin_connect(const Endpoint& peer, Transport transport, const DialSettings& settings,
                                UniqueFd& socket);

/// What a connection begun has come to: 0 or errno.
[[nodiscard]] int finish_connect(int fd) noexcept;

/// Connects to one address. Returns 0 or errno (ETIMEDOUT after `limit`, ECANCELED); `connection` is set only on 0.
[[nodiscard]] int try_connect(const Endpoint& peer, Transport transport, const DialSettings& settings,
                              Connection& connection);

/// Connects to the first of `addresses` (those of `target`) that lets us. Throws NetworkError naming every address
/// tried, why each failed and what to do.
[[nodiscard]] Connection dial(const Target& target, const std::vector<Endpoint>& addresses,
                              const DialSettings& settings = {});

}  // namespace echopool::client
