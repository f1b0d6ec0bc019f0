// Opens a listening TCP socket with every option set on it, so that connections inherit them, and binds one port for
// both families. Internal. Stateless.
#pragma once

#include "kernel/system_calls.hpp"
#include "unique_fd.hpp"

#include <echopool/endpoint.hpp>
#include <echopool/error.hpp>
#include <echopool/literals.hpp>

#include <cerrno>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace echopool {

struct ListenOptions {
  int backlog = 511;
  bool reuse_address = true;
  bool reuse_port = false;
  bool keepalive = true;
  bool nodelay = true;
  Timeout user_timeout;
  std::optional<ByteSize> receive_buffer;
  std::optional<ByteSize> send_buffer;
  Timeout receive_timeout;
  Timeout send_timeout;
};

/// A bound, non-blocking TCP socket that does not listen yet. Requires family v4 or v6 (IPv6 sockets are IPv6-only).
/// Throws StartError naming the address, what is wrong with it and what to do.
[[nodiscard]] UniqueFd bind_tcp(const Endpoint& where, const ListenOptions& options, SystemCalls& calls);

/// Throws StartError. The port is taken only from here on: two sockets with SO_REUSEADDR may both be bound.
void start_listening(int fd, int backlog);

/// Sets the options that a connection should have on `fd`: a listener or, one by one, a connection of a listener that
/// was handed to us. A failure is ignored: each of them has a working default.
void apply_connection_options(int fd, const ListenOptions& options, SystemCalls& calls) noexcept;

/// "cannot … ADDRESS: reason; remedy" for a failed bind(2), listen(2) or socket(2).
[[nodiscard]] std::string bind_failure(const char* what, const Endpoint& where, int error);

/// Logs that `transport` (tcp, udp) is served over IPv4 alone.
void log_no_ipv6(const char* transport) noexcept;

/// Returns what `bind(endpoint)` returns for `where`, or, if that is Family::any, for IPv4 and for IPv6 with one port.
/// The result of `bind` has a member `local`, the endpoint with its real port. A port the kernel chose for IPv4 may be
/// taken for IPv6: then others are tried. A host without IPv6 is served over IPv4 alone. Throws the StartError of
/// `bind`.
template <class Bind>
[[nodiscard]] auto bind_each_family(const char* transport, const Endpoint& where, const Bind& bind) {
  std::vector<decltype(bind(where))> bound;
  if (where.family() != Endpoint::Family::any) {
    bound.push_back(bind(where));
    return bound;
  }
  constexpr int port_attempts = 16;
  for (int attempt = 1;; ++attempt) {
    bound.clear();
    bound.push_back(bind(Endpoint{Endpoint::Family::v4, {}, where.port()}));
    try {
      bound.push_back(bind(Endpoint{Endpoint::Family::v6, {}, bound.front().local.port()}));
      return bound;
    } catch (const StartError& error) {
      if (error.code().value() == EAFNOSUPPORT) {
        log_no_ipv6(transport);
        return bound;
      }
      if (where.port() != 0 || error.code().value() != EADDRINUSE || attempt == port_attempts) throw;
    }
  }
}

}  // namespace echopool
