#include "kernel/listener.hpp"

#include "kernel/tcp_stream.hpp"
#include "sockaddr.hpp"

#include <echopool/log.hpp>

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <algorithm>
#include <cassert>
#include <cerrno>
#include <climits>
#include <string>

namespace echopool {
namespace {

void set_int(SystemCalls& calls, int fd, int level, int name, int value) noexcept {
  calls.setsockopt(fd, level, name, &value, sizeof value);
}

int to_int(std::size_t value) noexcept { return static_cast<int>(std::min<std::size_t>(value, INT_MAX)); }

const char* remedy(int error) {
  switch (error) {
    case EADDRINUSE:
      return "; another program (or another instance) has it: stop that one or choose another port "
             "(ss -ltnup shows which)";
    case EADDRNOTAVAIL:
      return "; no interface of this host has that address (ip address shows which there are)";
    case EACCES:
      return "; ports below 1024 need root or CAP_NET_BIND_SERVICE";
    case EAFNOSUPPORT:
      return "; this host has no IPv6 (or no IPv4): leave that address out";
    case EMFILE:
    case ENFILE:
      return "; too many open files: raise the limit (ulimit -n, systemd LimitNOFILE)";
    default:
      return "";
  }
}

}  // namespace

std::string bind_failure(const char* what, const Endpoint& where, int error) {
  return std::string{what} + " " + where.to_string() + remedy(error);
}

void log_no_ipv6(const char* transport) noexcept {
  log_event(LogLevel::notice, "listener skipped",
            {{"transport", transport}, {"address", "[::]"}, {"error", "this host has no IPv6"}});
}

void apply_connection_options(int fd, const ListenOptions& options, SystemCalls& calls) noexcept {
  set_socket_timeout(calls, fd, SO_RCVTIMEO, options.receive_timeout);
  set_socket_timeout(calls, fd, SO_SNDTIMEO, options.send_timeout);
  set_int(calls, fd, SOL_SOCKET, SO_KEEPALIVE, options.keepalive);
  set_int(calls, fd, IPPROTO_TCP, TCP_NODELAY, options.nodelay);
  if (options.user_timeout)
    set_int(calls, fd, IPPROTO_TCP, TCP_USER_TIMEOUT, to_int(static_cast<std::size_t>(options.user_timeout->count())));
  if (options.receive_buffer) set_int(calls, fd, SOL_SOCKET, SO_RCVBUF, to_int(options.receive_buffer->bytes()));
  if (options.send_buffer) set_int(calls, fd, SOL_SOCKET, SO_SNDBUF, to_int(options.send_buffer->bytes()));
}

UniqueFd bind_tcp(const Endpoint& where, const ListenOptions& options, SystemCalls& calls) {
  assert(where.family() != Endpoint::Family::any);
  const bool v6 = where.family() == Endpoint::Family::v6;
  UniqueFd fd{::socket(v6 ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)};
  if (!fd) throw StartError{errno, bind_failure("cannot create a TCP socket for", where, errno)};
  if (v6) set_int(calls, fd.get(), IPPROTO_IPV6, IPV6_V6ONLY, 1);
  set_int(calls, fd.get(), SOL_SOCKET, SO_REUSEADDR, options.reuse_address);
  if (options.reuse_port) set_int(calls, fd.get(), SOL_SOCKET, SO_REUSEPORT, 1);
  apply_connection_options(fd.get(), options, calls);
  const SocketAddress address = to_sockaddr(where);
  if (::bind(fd.get(), address.get(), address.length) != 0)
    throw StartError{errno, bind_failure("cannot bind TCP", where, errno)};
  return fd;
}

void start_listening(int fd, int backlog) {
  if (::listen(fd, backlog) != 0)
    throw StartError{errno, bind_failure("cannot listen on TCP", local_endpoint(fd), errno)};
}

}  // namespace echopool
