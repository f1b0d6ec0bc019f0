// Sockets as a service manager or inetd hands them to a server. For tests only.
#pragma once

#include "loopback.hpp"
#include "program.hpp"
#include "sockaddr.hpp"
#include "unique_fd.hpp"

#include <echopool/endpoint.hpp>

#include <string>
#include <vector>

namespace echopool::test {

/// A listening TCP socket, or a bound UDP socket, on a free port of 127.0.0.1. Throws std::system_error.
[[nodiscard]] UniqueFd listening_socket();
[[nodiscard]] UniqueFd datagram_socket();

/// The next connection to `listener`; waits for it.
[[nodiscard]] UniqueFd accept_from(const UniqueFd& listener);

/// A connection that another program has accepted, and its client.
struct AcceptedConnection {
  UniqueFd listener = listening_socket();
  Client client{local_endpoint(listener.get())};
  UniqueFd accepted = accept_from(listener);
};

/// The words that start `words` with these sockets from descriptor 3 on, as sd_listen_fds(3) expects them: a shell
/// becomes the program, so that LISTEN_PID can be right. `names` are LISTEN_FDNAMES.
[[nodiscard]] std::vector<std::string> with_systemd_sockets(std::vector<std::string> words,
                                                            const std::vector<int>& sockets, const std::string& names,
                                                            ProgramSettings& settings);

/// Settings in which all three standard descriptors are `socket`, as under inetd.
[[nodiscard]] ProgramSettings as_inetd(int socket);

}  // namespace echopool::test
