#include "net/dialer.hpp"

#include "net/waiting.hpp"
#include "sockaddr.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>

namespace echopool::client {
namespace {

int bind_source(int fd, const Endpoint& source, const Endpoint& peer) noexcept {
  if (source == Endpoint{}) return 0;
  // `*:port` is any address of the peer's family.
  const Endpoint local = source.family() == Endpoint::Family::any ? Endpoint{peer.family(), {}, source.port()} : source;
  const SocketAddress address = to_sockaddr(local);
  return ::bind(fd, address.get(), address.length) == 0 ? 0 : errno;
}

Timeout time_left(const DialSettings& settings) noexcept {
  if (!settings.deadline) return settings.limit;
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(*settings.deadline - std::chrono::steady_clock::now());
  const auto some = std::max(left, std::chrono::milliseconds{1});
  return settings.limit ? std::min(*settings.limit, some) : some;
}

int wait_connected(int fd, const DialSettings& settings) noexcept {
  switch (wait_for(fd, POLLOUT, settings.cancel_fd, time_left(settings))) {
    case Wait::timed_out:
      return ETIMEDOUT;
    case Wait::cancelled:
      return ECANCELED;
    case Wait::ready:
      break;
  }
  return finish_connect(fd);
}

}  // namespace

int finish_connect(int fd) noexcept {
  int error = 0;
  socklen_t length = sizeof error;
  return ::getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &length) == 0 ? error : errno;
}

int begin_connect(const Endpoint& peer, Transport transport, const DialSettings& settings, UniqueFd& socket) {
  const SocketAddress address = to_sockaddr(peer);
  const int type = transport == Transport::udp ? SOCK_DGRAM : SOCK_STREAM;
  UniqueFd fresh{::socket(address.storage.ss_family, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)};
  if (!fresh) return errno;
  if (settings.prepare) settings.prepare(fresh.get());
  if (const int error = bind_source(fresh.get(), settings.source, peer); error != 0) return error;
  const int error = ::connect(fresh.get(), address.get(), address.length) == 0 ? 0 : errno;
  if (error == 0 || error == EINPROGRESS) socket = std::move(fresh);
  return error;
}

int try_connect(const Endpoint& peer, Transport transport, const DialSettings& settings, Connection& connection) {
  UniqueFd socket;
  const auto start = std::chrono::steady_clock::now();
  int error = begin_connect(peer, transport, settings, socket);
  if (error == EINPROGRESS) error = wait_connected(socket.get(), settings);
  if (error != 0) return error;
  const auto took = std::chrono::steady_clock::now() - start;
  const int flags = ::fcntl(socket.get(), F_GETFL);
  if (flags < 0 || ::fcntl(socket.get(), F_SETFL, flags & ~O_NONBLOCK) != 0) return errno;
  const Endpoint local = local_endpoint(socket.get());
  connection = Connection{std::move(socket), peer, local, took};
  return 0;
}

Connection dial(const Target& target, const std::vector<Endpoint>& addresses, const DialSettings& settings) {
  std::string tried;
  int last = 0;
  for (const Endpoint& peer : addresses) {
    Connection connection;
    last = try_connect(peer, target.transport, settings, connection);
    if (last == 0) return connection;
    if (last == ECANCELED) break;
    tried += (tried.empty() ? "" : ", ") + peer.to_string() + " " + error_text(last);
  }
  if (last == ECANCELED) throw NetworkError{last, "interrupted while connecting to " + target.to_string()};
  const std::string named = target.to_string();
  const bool is_address = addresses.size() == 1 && addresses.front().to_string() == named;
  std::string what = "cannot connect to " + named + (is_address ? ": " + error_text(last) : " (" + tried + ")");
  if (const auto next = advice(last, target.transport); !next.empty()) what.append("; ").append(next);
  throw NetworkError{last, what};
}

}  // namespace echopool::client
