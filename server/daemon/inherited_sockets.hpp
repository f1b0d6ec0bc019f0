// Sockets that another program has opened for us: systemd's LISTEN_FDS, and inetd's standard input. Internal. Called by
// the main thread before there are others.
#pragma once

#include "unique_fd.hpp"

#include <string>
#include <vector>

namespace echopool {

enum class SocketKind { tcp_listener, tcp_connection, udp, none };

/// What `fd` is; none: no socket, or one of another family than IPv4 and IPv6.
[[nodiscard]] SocketKind kind_of_socket(int fd);

struct InheritedListeners {
  std::vector<UniqueFd> tcp;
  std::vector<UniqueFd> udp;

  [[nodiscard]] bool empty() const noexcept { return tcp.empty() && udp.empty(); }
};

/// The sockets of sd_listen_fds(3) when LISTEN_PID names this process, closed on exec from now on; the variables are
/// removed, so that they are not taken twice. Throws StartError for a socket that cannot be served, naming it by
/// LISTEN_FDNAMES.
[[nodiscard]] InheritedListeners take_systemd_sockets();

/// Moves standard input away and puts /dev/null in the place of all three standard descriptors, which may all be the
/// peer: nothing can be said to it by accident, and closing the socket really closes it. Empty when standard input is
/// none that we serve.
[[nodiscard]] UniqueFd take_standard_input();

/// /dev/null in the place of standard descriptors that are closed, so that no socket becomes one of them.
void open_standard_descriptors();

/// /dev/null in the place of all three; they must be open.
void close_standard_descriptors();

}  // namespace echopool
