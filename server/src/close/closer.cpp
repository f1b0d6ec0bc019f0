#include "close/closer.hpp"

#include <echopool/error.hpp>

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <new>
#include <utility>

namespace echopool {
namespace {

constexpr int off = -1;
/// A peer that takes less than this part of what was left in each period of lingering has stopped reading.
constexpr std::size_t least_progress = 8;

std::int64_t to_ms(Timeout timeout) { return timeout ? timeout->count() : off; }

}  // namespace

Closer::Closer(Counters& counters, const StopState& stop, SystemCalls& calls, Housekeeper& housekeeper, Timeout linger)
    : counters_{counters},
      stop_{stop},
      calls_{calls},
      housekeeper_{housekeeper},
      linger_ms_{to_ms(linger)},
      epoll_{::epoll_create1(EPOLL_CLOEXEC)} {
  if (!epoll_) throw StartError{errno, "cannot create an epoll set (too many open files? see ulimit -n)"};
}

void Closer::set_linger(Timeout linger) noexcept { linger_ms_.store(to_ms(linger), std::memory_order_relaxed); }

void Closer::close(std::unique_ptr<Connection> connection, const SessionEnd& end) {
  connection->own_handler.reset();
  SessionEnd how = end;
  switch (close_mode(end)) {
    case CloseMode::linger:
      if (!stop_.cutting_off()) return linger(std::move(connection), end);
      how.cut_off = true;
      [[fallthrough]];
    case CloseMode::reset:
      connection->stream->reset_on_close();
      [[fallthrough]];
    case CloseMode::at_once:
      break;
  }
  conclude(std::move(connection), how, counters_);
}

void Closer::linger(std::unique_ptr<Connection> connection, const SessionEnd& end) {
  connection->stream->finish();
  if (linger_ms_.load(std::memory_order_relaxed) == off) return conclude(std::move(connection), end, counters_);
  try {
    const std::lock_guard lock{mutex_};
    arrivals_.emplace_back(std::move(connection), end);
  } catch (const std::bad_alloc&) {
    return conclude(std::move(connection), end, counters_);
  }
  housekeeper_.nudge();
}

std::optional<TimePoint> Closer::run(TimePoint now) {
  Arrivals arrivals;
  {
    const std::lock_guard lock{mutex_};
    arrivals.swap(arrivals_);
  }
  take_in(std::move(arrivals));
  read_ready();
  end_overdue(now, stop_.cutting_off());
  return entries_.empty() ? std::nullopt : std::optional{entries_.begin()->first};
}

void Closer::take_in(Arrivals&& arrivals) {
  for (auto& [connection, end] : arrivals)
    if (drained(*connection) || !watch(connection, end)) conclude(std::move(connection), end, counters_);
}

bool Closer::watch(std::unique_ptr<Connection>& connection, const SessionEnd& end) noexcept {
  const std::chrono::milliseconds limit{std::max<std::int64_t>(0, linger_ms_.load(std::memory_order_relaxed))};
  const int fd = connection->stream->fd();
  const std::size_t unsent = connection->stream->unsent();
  Entries::iterator entry;
  try {
    const auto known = by_descriptor_.try_emplace(fd).first;
    entry = known->second = entries_.emplace(
        calls_.now() + limit, Lingering{.connection = nullptr, .end = end, .first_unsent = unsent, .unsent = unsent});
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

void Closer::read_ready() noexcept {
  if (entries_.empty()) return;
  std::array<epoll_event, 16> events;  // then the other chores have their turn
  const int count = calls_.epoll_wait(epoll_.get(), events.data(), static_cast<int>(events.size()), 0);
  for (int i = 0; i < count; ++i) {
    const auto known = by_descriptor_.find(events[static_cast<std::size_t>(i)].data.fd);
    if (known != by_descriptor_.end() && drained(*known->second->second.connection)) finish(known->second);
  }
}

bool Closer::drained(Connection& connection) noexcept {
  // MSG_TRUNC throws away without copying (tcp(7)). Eight rounds, then the others have their turn.
  for (int round = 0; round < 8; ++round) {
    const auto got = calls_.recv(connection.stream->fd(), nullptr, INT_MAX, MSG_DONTWAIT | MSG_TRUNC);
    if (got > 0 || (got < 0 && errno == EINTR)) continue;
    return got == 0 || (errno != EAGAIN && errno != EWOULDBLOCK);
  }
  return false;
}

void Closer::end_overdue(TimePoint now, bool all) noexcept {
  while (!entries_.empty() && (all || entries_.begin()->first <= now)) {
    const auto entry = entries_.begin();
    if (all) {
      entry->second.connection->stream->reset_on_close();
      entry->second.end.cut_off = true;
    } else if (still_takes(entry->second)) {
      extend(entry, now);
      continue;
    }
    finish(entry);
  }
}

bool Closer::still_takes(Lingering& lingering) noexcept {
  const std::size_t unsent = lingering.connection->stream->unsent();
  if (unsent == 0) return false;
  const std::size_t before = std::exchange(lingering.unsent, unsent);
  if (unsent + lingering.first_unsent / least_progress < before) return true;
  // close(2) would leave it to the kernel for minutes, with its memory and without a seat (tcp_orphan_retries, tcp(7)).
  lingering.end.stall = Stall{.unsent = unsent};
  lingering.connection->stream->reset_on_close();
  return false;
}

void Closer::extend(Entries::iterator entry, TimePoint now) noexcept {
  const std::chrono::milliseconds limit{std::max<std::int64_t>(1, linger_ms_.load(std::memory_order_relaxed))};
  auto node = entries_.extract(entry);
  node.key() = now + limit;
  const auto at = entries_.insert(std::move(node));
  by_descriptor_.find(at->second.connection->stream->fd())->second = at;
}

void Closer::finish(Entries::iterator entry) noexcept {
  Lingering lingering = std::move(entry->second);
  by_descriptor_.erase(lingering.connection->stream->fd());
  entries_.erase(entry);
  conclude(std::move(lingering.connection), lingering.end, counters_);
}

}  // namespace echopool
