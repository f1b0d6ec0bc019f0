// Opens a listening TCP socket with every option set on it, so that connections inherit them. Internal. Stateless.
#pragma once

#include "kernel/system_calls.hpp"
#include "unique_fd.hpp"

#include <echopool/endpoint.hpp>
#include <echopool/literals.hpp>

#include <optional>

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

}  // namespace echopool
