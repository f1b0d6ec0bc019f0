#include "chaos_proxy.hpp"

#include "loopback.hpp"
#include "sockaddr.hpp"

#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <system_error>
#include <vector>

namespace echopool::test {
namespace {

using std::chrono::milliseconds;

constexpr std::size_t most_pending = 256 * 1024;
constexpr unsigned largest_piece = 4096;

UniqueFd checked(int fd, const char* what) {
  if (fd < 0) throw std::system_error{errno, std::generic_category(), what};
  return UniqueFd{fd};
}

void reset_on_close(int fd) {
  const linger now{.l_onoff = 1, .l_linger = 0};
  ::setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
}

}  // namespace

ChaosProxy::ChaosProxy(const Endpoint& server, const Mischief& mischief, unsigned seed)
    : server_{server},
      mischief_{mischief},
      random_{seed},
      listener_{checked(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), "socket")} {
  const SocketAddress address = to_sockaddr(loopback());
  if (::bind(listener_.get(), address.get(), address.length) != 0 || ::listen(listener_.get(), 128) != 0)
    throw std::system_error{errno, std::generic_category(), "chaos proxy"};
  thread_ = std::thread{[this] { run(); }};
}

ChaosProxy::~ChaosProxy() {
  over_ = true;
  wake_.wake();
  thread_.join();
}

Endpoint ChaosProxy::endpoint() const { return local_endpoint(listener_.get()); }

void ChaosProxy::run() {
  std::vector<pollfd> watched;
  while (!over_) {
    watched.assign({{listener_.get(), POLLIN, 0}, {wake_.fd(), POLLIN, 0}});
    const auto now = Clock::now();
    bool delayed = false;
    const auto events = [&](const Way& in, const Way& out) {
      const bool waits = !out.pending.empty() && now < out.not_before;
      delayed = delayed || waits;
      const bool reads = !in.ended && in.pending.size() < most_pending;
      const bool writes = !out.pending.empty() && !waits;
      return static_cast<short>((reads ? POLLIN : 0) | (writes ? POLLOUT : 0));
    };
    for (const Pair& pair : pairs_) {
      watched.push_back({pair.client.get(), events(pair.forth, pair.back), 0});
      watched.push_back({pair.server.get(), events(pair.back, pair.forth), 0});
      for (pollfd* side : {&watched.back(), &watched[watched.size() - 2]})
        if (side->events == 0) side->fd = -1;  // an end would be told again and again
    }
    ::poll(watched.data(), watched.size(), delayed ? 1 : -1);
    const auto later = Clock::now();
    pairs_.remove_if([&](Pair& pair) { return !serve(pair, later); });
    if (watched[0].revents != 0) take_in();
  }
  for (const Pair& pair : pairs_)
    for (const int fd : {pair.client.get(), pair.server.get()}) reset_on_close(fd);
}

void ChaosProxy::take_in() {
  UniqueFd client{::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC)};
  UniqueFd server{
      ::socket(server_.family() == Endpoint::Family::v6 ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
  const SocketAddress address = to_sockaddr(server_);
  if (!client || !server || ::connect(server.get(), address.get(), address.length) != 0) return;
  Pair& pair = pairs_.emplace_back();
  pair.forth.from = pair.back.to = client.get();
  pair.forth.to = pair.back.from = server.get();
  pair.client = std::move(client);
  pair.server = std::move(server);
}

bool ChaosProxy::serve(Pair& pair, Clock::time_point now) {
  for (Way* way : {&pair.forth, &pair.back})
    if (!read(*way, now) || !pass_on(pair, *way, now)) return false;
  return !(pair.forth.finished && pair.back.finished);
}

bool ChaosProxy::read(Way& way, Clock::time_point now) {
  if (way.ended || way.pending.size() >= most_pending) return true;
  std::array<char, 65'536> piece;
  const std::size_t size = mischief_.splits ? up_to(largest_piece) : piece.size();
  const auto got = ::recv(way.from, piece.data(), size, MSG_DONTWAIT);
  if (got < 0 && (errno == EAGAIN || errno == EINTR)) return true;
  if (got < 0) {
    reset_on_close(way.to);
    return false;
  }
  if (got == 0) {
    way.ended = true;
    return true;
  }
  way.pending.append(piece.data(), static_cast<std::size_t>(got));
  if (mischief_.merges && up_to(16) == 1) way.not_before = now + milliseconds{1};
  if (mischief_.delays && up_to(512) == 1) way.not_before = now + milliseconds{up_to(5)};
  return true;
}

bool ChaosProxy::pass_on(Pair& pair, Way& way, Clock::time_point now) {
  if (now < way.not_before) return true;
  if (!way.pending.empty()) {
    if (up_to(1000) <= mischief_.breaks) {
      ++broken_;
      break_up(pair);
      return false;
    }
    const std::size_t size =
        mischief_.splits ? std::min<std::size_t>(way.pending.size(), up_to(largest_piece)) : way.pending.size();
    const auto sent = ::send(way.to, way.pending.data(), size, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (sent < 0 && errno != EAGAIN && errno != EINTR) {
      reset_on_close(way.from);
      return false;
    }
    if (sent > 0) {
      ++pieces_;
      way.pending.erase(0, static_cast<std::size_t>(sent));
    }
  }
  if (way.ended && way.pending.empty() && !way.finished) {
    ::shutdown(way.to, SHUT_WR);
    way.finished = true;
  }
  return true;
}

void ChaosProxy::break_up(Pair& pair) {
  switch (up_to(4)) {
    case 1:
      break;
    case 2:
      reset_on_close(pair.client.get());
      [[fallthrough]];
    case 3:
      reset_on_close(pair.server.get());
      break;
    default:
      ::shutdown(pair.server.get(), SHUT_WR);
      break;
  }
}

}  // namespace echopool::test
