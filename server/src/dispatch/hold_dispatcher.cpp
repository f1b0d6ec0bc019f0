#include "dispatch/hold_dispatcher.hpp"

#include <algorithm>

namespace echopool {

HoldDispatcher::HoldDispatcher(const PoolSettings& pool, SessionRunner& runner, Closer& closer,
                               Housekeeper& housekeeper, Refusals& refusals, const SessionTotals& totals,
                               SystemCalls& calls)
    : workers_{pool.workers},
      queue_timeout_{pool.queue_timeout},
      runner_{runner},
      closer_{closer},
      housekeeper_{housekeeper},
      refusals_{refusals},
      calls_{calls},
      queue_{pool.queue},
      warning_{pool.workers, totals} {}

std::optional<RefuseReason> HoldDispatcher::admit(std::unique_ptr<Connection>& connection) {
  bool waits = false;
  Waiting item{std::move(connection), calls_.now()};
  if (!queue_.try_push(item, waits)) {
    connection = std::move(item.connection);
    return RefuseReason::queue_full;
  }
  if (waits) housekeeper_.nudge();
  return std::nullopt;
}

void HoldDispatcher::serve(Worker& worker) {
  while (auto item = queue_.pop()) {
    auto& connection = item->connection;
    std::optional<SessionEnd> end;
    while (!end) end = runner_.turn(*connection, worker, Input::awaited);
    closer_.close(std::move(connection), *end);
  }
}

std::optional<TimePoint> HoldDispatcher::sweep(TimePoint now) {
  const auto too_old = [&](const Waiting& item) { return queue_timeout_ && item.since + *queue_timeout_ <= now; };
  while (auto item = queue_.pop_front_if(too_old)) give_up(std::move(item->connection), RefuseReason::queue_timeout);
  const auto oldest = queue_.peek_front([](const Waiting& item) { return item.since; });
  if (!oldest) return std::nullopt;
  TimePoint next = *oldest + BusyWarning::patience;
  if (next <= now) {
    warning_.tell(now, queue_.size(), now - *oldest);
    next = now + BusyWarning::patience;
  }
  return queue_timeout_ ? std::min(next, *oldest + *queue_timeout_) : next;
}

void HoldDispatcher::add_gauges(Stats& stats) const {
  stats.ready = queue_.size();
  stats.busy_workers = workers_ - std::min(workers_, queue_.idle_consumers());
}

void HoldDispatcher::drain() {
  for (auto& item : queue_.take_rest()) give_up(std::move(item.connection), RefuseReason::stopping);
}

void HoldDispatcher::give_up(std::unique_ptr<Connection> connection, RefuseReason reason) {
  refusals_.refuse(*connection->stream, connection->peer, reason);
}

}  // namespace echopool
