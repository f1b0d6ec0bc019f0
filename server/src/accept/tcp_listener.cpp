#include "accept/tcp_listener.hpp"

#include "sockaddr.hpp"

#include <echopool/error.hpp>

#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <cerrno>
#include <string>
#include <utility>

namespace echopool {
namespace {

int get_int(int fd, int name) noexcept {
  int value = -1;
  socklen_t length = sizeof value;
  return ::getsockopt(fd, SOL_SOCKET, name, &value, &length) == 0 ? value : -1;
}

}  // namespace

ListenOptions listen_options(const ServerSettings& settings) {
  const SocketSettings& socket = settings.socket;
  return {.backlog = socket.backlog,
          .reuse_address = socket.reuse_address,
          .reuse_port = socket.reuse_port,
          .keepalive = socket.keepalive,
          .nodelay = socket.nodelay,
          .user_timeout = socket.user_timeout,
          .receive_buffer = socket.receive_buffer,
          .send_buffer = socket.send_buffer,
          .receive_timeout = settings.timeouts.receive,
          .send_timeout = settings.timeouts.send};
}

std::vector<TcpListener> bind_tcp_listeners(const Endpoint& where, const Service& service,
                                            const ServerSettings& settings, SystemCalls& calls) {
  const ListenOptions options = listen_options(settings);
  return bind_each_family("tcp", where, [&](const Endpoint& one) {
    UniqueFd fd = bind_tcp(one, options, calls);
    const Endpoint local = local_endpoint(fd.get());
    return TcpListener{.fd = std::move(fd), .local = local, .service = &service};
  });
}

TcpListener adopt_tcp_listener(UniqueFd fd, const Service& service) {
  const std::string name = "inherited descriptor " + std::to_string(fd.get());
  const int domain = get_int(fd.get(), SO_DOMAIN);
  if (domain < 0 && errno == EBADF) throw StartError{EBADF, "cannot take over " + name + ", which is not open"};
  if (get_int(fd.get(), SO_ACCEPTCONN) != 1 || (domain != AF_INET && domain != AF_INET6) ||
      get_int(fd.get(), SO_PROTOCOL) != IPPROTO_TCP)
    throw StartError{EINVAL, name +
                                 " is not a listening TCP socket; ListenStream= with a port in the systemd socket "
                                 "unit, or stream tcp wait in inetd.conf, hands one over"};
  const int flags = ::fcntl(fd.get(), F_GETFL);
  if (flags < 0 || ::fcntl(fd.get(), F_SETFL, flags | O_NONBLOCK) != 0 || ::fcntl(fd.get(), F_SETFD, FD_CLOEXEC) != 0)
    throw StartError{errno, name + " cannot be made non-blocking"};
  const Endpoint local = local_endpoint(fd.get());
  return {.fd = std::move(fd), .local = local, .service = &service, .inherited = true};
}

}  // namespace echopool
