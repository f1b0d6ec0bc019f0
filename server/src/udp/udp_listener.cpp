#include "udp/udp_listener.hpp"

#include "kernel/listener.hpp"
#include "sockaddr.hpp"

#include <echopool/error.hpp>

#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cassert>
#include <cerrno>
#include <climits>
#include <string>
#include <utility>

namespace echopool {
namespace {

int get_int(int fd, int level, int name) noexcept {
  int value = -1;
  socklen_t length = sizeof value;
  return ::getsockopt(fd, level, name, &value, &length) == 0 ? value : -1;
}

int set_int(SystemCalls& calls, int fd, int level, int name, int value) noexcept {
  return calls.setsockopt(fd, level, name, &value, sizeof value);
}

void set_buffer(SystemCalls& calls, int fd, int name, const std::optional<ByteSize>& size) noexcept {
  if (size) set_int(calls, fd, SOL_SOCKET, name, static_cast<int>(std::min<std::size_t>(size->bytes(), INT_MAX)));
}

/// Has the kernel say with each datagram which address it was sent to.
void ask_for_destination(const UdpListener& listener, SystemCalls& calls) {
  const int fd = listener.socket.get();
  const bool v6 = listener.local.family() == Endpoint::Family::v6;
  bool done = !v6 || set_int(calls, fd, IPPROTO_IPV6, IPV6_RECVPKTINFO, 1) == 0;
  if (!v6 || listener.takes_mapped) done = set_int(calls, fd, IPPROTO_IP, IP_PKTINFO, 1) == 0 && done;
  if (done) return;
  const int error = errno;
  throw StartError{error, "cannot learn which address datagrams to UDP " + listener.local.to_string() +
                              " are sent to (IP_PKTINFO, IPV6_RECVPKTINFO)"};
}

}  // namespace

UdpListener UdpListener::bind(const Endpoint& where, const SocketSettings& settings, DatagramHandler handler,
                              SystemCalls& calls) {
  assert(where.family() != Endpoint::Family::any);
  const bool v6 = where.family() == Endpoint::Family::v6;
  UdpListener listener{UniqueFd{::socket(v6 ? AF_INET6 : AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)}, where,
                       std::move(handler), false};
  const int fd = listener.socket.get();
  if (fd < 0) throw StartError{errno, bind_failure("cannot create a UDP socket for", where, errno)};
  if (v6) set_int(calls, fd, IPPROTO_IPV6, IPV6_V6ONLY, 1);
  if (settings.reuse_port) set_int(calls, fd, SOL_SOCKET, SO_REUSEPORT, 1);
  set_buffer(calls, fd, SO_RCVBUF, settings.receive_buffer);
  set_buffer(calls, fd, SO_SNDBUF, settings.send_buffer);
  ask_for_destination(listener, calls);
  const SocketAddress address = to_sockaddr(where);
  if (::bind(fd, address.get(), address.length) != 0)
    throw StartError{errno, bind_failure("cannot bind UDP", where, errno)};
  listener.local = local_endpoint(fd);
  return listener;
}

UdpListener UdpListener::adopt(UniqueFd socket, DatagramHandler handler, SystemCalls& calls) {
  const int fd = socket.get();
  const int domain = get_int(fd, SOL_SOCKET, SO_DOMAIN);
  if (domain < 0 && errno == EBADF)
    throw StartError{EBADF, "cannot take over inherited descriptor " + std::to_string(fd) + ", which is not open"};
  if (get_int(fd, SOL_SOCKET, SO_TYPE) != SOCK_DGRAM || (domain != AF_INET && domain != AF_INET6))
    throw StartError{EINVAL, "inherited descriptor " + std::to_string(fd) +
                                 " is not a UDP socket; ListenDatagram= in the systemd socket unit, or dgram udp wait "
                                 "in inetd.conf, hands one over"};
  UdpListener listener{std::move(socket), local_endpoint(fd), std::move(handler), false};
  listener.takes_mapped = domain == AF_INET6 && get_int(fd, IPPROTO_IPV6, IPV6_V6ONLY) == 0;
  if (listener.local.port() == 0)
    throw StartError{EINVAL, "inherited descriptor " + std::to_string(fd) + " is a UDP socket without a port"};
  // What we never set ourselves: an answer must not go to a broadcast address, and errors of one peer must not surface
  // in the exchange with another.
  set_int(calls, fd, SOL_SOCKET, SO_BROADCAST, 0);
  set_int(calls, fd, IPPROTO_IP, IP_RECVERR, 0);
  if (domain == AF_INET6) set_int(calls, fd, IPPROTO_IPV6, IPV6_RECVERR, 0);
  ask_for_destination(listener, calls);
  return listener;
}

std::uint32_t UdpListener::overflows() const noexcept {
  std::array<std::uint32_t, SK_MEMINFO_VARS> info{};
  socklen_t length = sizeof info;
  ::getsockopt(socket.get(), SOL_SOCKET, SO_MEMINFO, info.data(), &length);
  return info[SK_MEMINFO_DROPS];
}

}  // namespace echopool
