#include "kernel/tcp_stream.hpp"

#include <linux/sockios.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <algorithm>
#include <cerrno>

namespace echopool {
namespace {

using std::chrono::milliseconds;

bool is_gone(int error) noexcept {
  switch (error) {
    case ECONNRESET:
    case EPIPE:
    case ETIMEDOUT:
    case ECONNABORTED:
    case EHOSTUNREACH:
    case ENETUNREACH:
    case ENETDOWN:
    case ENOTCONN:
      return true;
    default:
      return false;
  }
}

IoResult failure(std::size_t bytes, int error) noexcept {
  return {bytes, is_gone(error) ? IoStatus::reset : IoStatus::failed, error};
}

}  // namespace

bool set_socket_timeout(SystemCalls& calls, int fd, int option, Timeout value) noexcept {
  // Zero would mean "for ever" to the kernel; a limit that has just run out is the shortest one there is.
  const auto time = value ? std::max(*value, milliseconds{1}) : milliseconds{0};
  const timeval limit{.tv_sec = time.count() / 1000, .tv_usec = (time.count() % 1000) * 1000};
  return calls.setsockopt(fd, SOL_SOCKET, option, &limit, sizeof limit) == 0;
}

void TcpStream::set(int option, Timeout& armed, Timeout value) noexcept {
  if (set_socket_timeout(calls(), fd(), option, value)) armed = value;
}

void TcpStream::limit_wait(int option, Timeout& armed, Timeout wait) noexcept {
  if (!wait) return;  // a shorter limit in the kernel is repeated by the caller's loop
  if (!armed) return set(option, armed, wait);
  const auto slack = std::min(*armed / 16, milliseconds{500});
  if (*wait + slack < *armed) set(option, armed, wait);
}

IoResult TcpStream::receive(std::span<std::byte> into, Timeout wait) noexcept {
  for (;;) {
    limit_wait(SO_RCVTIMEO, armed_.receive, wait);
    const auto got = calls().recv(fd(), into.data(), into.size(), 0);
    if (got > 0) return {static_cast<std::size_t>(got), IoStatus::ok, 0};
    if (got == 0) return {0, into.empty() ? IoStatus::ok : IoStatus::end, 0};
    if (errno == EINTR) return {0, IoStatus::interrupted, EINTR};
    if (errno != EAGAIN && errno != EWOULDBLOCK) return failure(0, errno);
    if (!wait) continue;
    *wait -= armed_.receive.value_or(*wait);
    if (*wait <= milliseconds{0}) return {0, IoStatus::timed_out, 0};
    set(SO_RCVTIMEO, armed_.receive, wait);  // the rest of a wait that is longer than what was armed
  }
}

IoResult TcpStream::try_receive(std::span<std::byte> into) noexcept {
  ssize_t got = 0;
  do got = calls().recv(fd(), into.data(), into.size(), MSG_DONTWAIT);
  while (got < 0 && errno == EINTR);
  if (got > 0) return {static_cast<std::size_t>(got), IoStatus::ok, 0};
  if (got == 0) return {0, into.empty() ? IoStatus::ok : IoStatus::end, 0};
  if (errno == EAGAIN || errno == EWOULDBLOCK) return {0, IoStatus::would_block, 0};
  return failure(0, errno);
}

IoResult TcpStream::try_send(std::span<const std::byte> bytes) noexcept {
  std::size_t sent = 0;
  while (sent < bytes.size()) {
    const auto n = calls().send(fd(), bytes.data() + sent, bytes.size() - sent, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (n >= 0) {
      sent += static_cast<std::size_t>(n);
      if (sent < bytes.size()) return {sent, IoStatus::would_block, 0};  // less than asked: the kernel has no more room
    } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
      return {sent, IoStatus::would_block, 0};
    } else if (errno != EINTR) {
      return failure(sent, errno);
    }
  }
  return {sent, IoStatus::ok, 0};
}

IoResult TcpStream::send_all(std::span<const std::byte> bytes, Timeout wait) noexcept {
  const TimePoint start = calls().now();
  const auto left = [&]() -> Timeout {
    if (!wait) return std::nullopt;
    return *wait - std::chrono::duration_cast<milliseconds>(calls().now() - start);
  };
  std::size_t sent = 0;
  limit_wait(SO_SNDTIMEO, armed_.send, wait);
  while (sent < bytes.size()) {
    const auto n = calls().send(fd(), bytes.data() + sent, bytes.size() - sent, MSG_NOSIGNAL);
    if (n > 0) sent += static_cast<std::size_t>(n);
    if (sent == bytes.size()) break;
    if (n < 0 && errno != EINTR && errno != EAGAIN && errno != EWOULDBLOCK) return failure(sent, errno);
    // A blocking send(2) gives less than asked only when its time is up or a signal came, and the next one would
    // start its time anew: it gets only what is left of ours.
    const Timeout rest = left();
    const bool time_up = n < 0 && errno != EINTR && armed_.send && wait && *armed_.send >= *wait;
    if (time_up || (rest && *rest <= milliseconds{0})) return {sent, IoStatus::timed_out, 0};
    if (rest && (!armed_.send || *rest < *armed_.send)) set(SO_SNDTIMEO, armed_.send, rest);
  }
  // What was armed for the rest of this write would cut the next one short.
  if (wait && armed_.send && *armed_.send < *wait) set(SO_SNDTIMEO, armed_.send, wait);
  return {sent, IoStatus::ok, 0};
}

bool TcpStream::has_input() noexcept {
  // Not poll(2): it may tell of input where a read finds none, at an urgent mark with much out of order (tcp_poll() in
  // net/ipv4/tcp.c).
  std::byte first{};
  ssize_t got = 0;
  do got = calls().recv(fd(), &first, sizeof first, MSG_PEEK | MSG_DONTWAIT);
  while (got < 0 && errno == EINTR);
  return got >= 0 || (errno != EAGAIN && errno != EWOULDBLOCK);
}

void TcpStream::finish() noexcept { calls().shutdown(fd(), SHUT_WR); }

void TcpStream::reset_on_close() noexcept {
  const linger now{.l_onoff = 1, .l_linger = 0};
  calls().setsockopt(fd(), SOL_SOCKET, SO_LINGER, &now, sizeof now);
}

std::size_t TcpStream::unread() noexcept {
  int bytes = 0;
  return calls().ioctl(fd(), SIOCINQ, &bytes) == 0 ? static_cast<std::size_t>(bytes) : 0;
}

std::size_t TcpStream::unsent() noexcept {
  int bytes = 0;
  return calls().ioctl(fd(), SIOCOUTQ, &bytes) == 0 ? static_cast<std::size_t>(bytes) : 0;
}

}  // namespace echopool
