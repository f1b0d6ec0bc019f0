#include "close/reaper.hpp"

#include <echopool/error.hpp>

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <new>

namespace echopool {
namespace {

constexpr ByteSize stack_size = 128_KiB;
constexpr int off = -1;

std::int64_t to_ms(Timeout timeout) { return timeout ? timeout->count() : off; }

}  // namespace

Reaper::Reaper(Counters& counters, SystemCalls& calls, Timeout linger)
    : counters_{counters}, calls_{calls}, linger_ms_{to_ms(linger)}, epoll_{::epoll_create1(EPOLL_CLOEXEC)} {
  if (!epoll_) throw StartError{errno, "cannot create an epoll set (too many open files? see ulimit -n)"};
  epoll_event event{.events = EPOLLIN, .data = {.fd = wake_.fd()}};
  if (calls_.epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, wake_.fd(), &event) != 0)
    throw StartError{errno, "cannot watch an eventfd"};
}

void Reaper::start(Sweep sweep) {
  sweep_ = std::move(sweep);
  thread_ = Thread{"reaper", stack_size, [this] { run(); }};
}

void Reaper::set_linger(Timeout linger) noexcept { linger_ms_.store(to_ms(linger), std::memory_order_relaxed); }

void Reaper::close(std::unique_ptr<Connection> connection, const SessionEnd& end) {
  switch (close_mode(end)) {
    case CloseMode::linger:
      if (!aborting_.load(std::memory_order_acquire)) return linger(std::move(connection), end);
      [[fallthrough]];
    case CloseMode::reset:
      connection->stream->reset_on_close();
      [[fallthrough]];
    case CloseMode::at_once:
      break;
  }
  conclude(std::move(connection), end, counters_);
}

void Reaper::linger(std::unique_ptr<Connection> connection, const SessionEnd& end) {
  connection->stream->finish();
  if (linger_ms_.load(std::memory_order_relaxed) == off) return conclude(std::move(connection), end, counters_);
  try {
    const std::lock_guard lock{mutex_};
    arrivals_.emplace_back(std::move(connection), end);
  } catch (const std::bad_alloc&) {
    return conclude(std::move(connection), end, counters_);
  }
  wake_.wake();
}

void Reaper::abort() {
  aborting_.store(true, std::memory_order_release);
  wake_.wake();
}

void Reaper::stop() {
  {
    const std::lock_guard lock{mutex_};
    stopping_ = true;
  }
  wake_.wake();
  thread_.join();
}

void Reaper::run() {
  for (;;) {
    Arrivals arrivals;
    bool stopping = false;
    {
      const std::lock_guard lock{mutex_};
      arrivals.swap(arrivals_);
      stopping = stopping_;
    }
    take_in(std::move(arrivals));
    const bool cut_off = stopping || aborting_.load(std::memory_order_acquire);
    const TimePoint now = calls_.now();
    while (!entries_.empty() && (cut_off || entries_.begin()->first <= now)) {
      if (cut_off) entries_.begin()->second.connection->stream->reset_on_close();
      finish(entries_.begin());
    }
    if (stopping) return;
    const auto next = sweep_ ? sweep_(now) : std::nullopt;

    std::array<epoll_event, 64> events;
    const int count = calls_.epoll_wait(epoll_.get(), events.data(), static_cast<int>(events.size()), wait_ms(next));
    for (int i = 0; i < count; ++i) {
      const int fd = events[static_cast<std::size_t>(i)].data.fd;
      if (fd == wake_.fd()) {
        wake_.drain();
      } else if (const auto it = by_descriptor_.find(fd); it != by_descriptor_.end()) {
        if (drained(*it->second->second.connection)) finish(it->second);
      }
    }
  }
}

void Reaper::take_in(Arrivals&& arrivals) {
  for (auto& [connection, end] : arrivals)
    if (drained(*connection) || !watch(connection, end)) conclude(std::move(connection), end, counters_);
}

bool Reaper::watch(std::unique_ptr<Connection>& connection, const SessionEnd& end) noexcept {
  const std::chrono::milliseconds limit{std::max<std::int64_t>(0, linger_ms_.load(std::memory_order_relaxed))};
  const int fd = connection->stream->fd();
  Entries::iterator entry;
  try {
    const auto known = by_descriptor_.try_emplace(fd).first;
    entry = known->second = entries_.emplace(calls_.now() + limit, Lingering{nullptr, end});
  } catch (const std::bad_alloc&) {
    by_descriptor_.erase(fd);
    return false;
  }
  epoll_event event{.events = EPOLLIN | EPOLLRDHUP, .data = {.fd = fd}};
  if (calls_.epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, fd, &event) != 0) {
    entries_.erase(entry);
    by_descriptor_.erase(fd);
    return false;
  }
  entry->second.connection = std::move(connection);
  return true;
}

bool Reaper::drained(Connection& connection) noexcept {
  // MSG_TRUNC throws away without copying (tcp(7)). Eight rounds, then the others have their turn.
  for (int round = 0; round < 8; ++round) {
    const auto got = calls_.recv(connection.stream->fd(), nullptr, INT_MAX, MSG_DONTWAIT | MSG_TRUNC);
    if (got > 0 || (got < 0 && errno == EINTR)) continue;
    return got == 0 || (errno != EAGAIN && errno != EWOULDBLOCK);
  }
  return false;
}

void Reaper::finish(Entries::iterator entry) noexcept {
  Lingering lingering = std::move(entry->second);
  by_descriptor_.erase(lingering.connection->stream->fd());
  entries_.erase(entry);
  conclude(std::move(lingering.connection), lingering.end, counters_);
}

int Reaper::wait_ms(std::optional<TimePoint> next) noexcept {
  if (!entries_.empty()) next = std::min(next.value_or(TimePoint::max()), entries_.begin()->first);
  if (!next) return -1;
  const auto wait = std::chrono::ceil<std::chrono::milliseconds>(*next - calls_.now()).count();
  return static_cast<int>(std::clamp<std::int64_t>(wait, 0, INT_MAX));
}

}  // namespace echopool
