#include "dispatch/hold_dispatcher.hpp"

namespace echopool {

HoldDispatcher::HoldDispatcher(const PoolSettings& pool, SessionRunner& runner, Closer& closer,
                               Housekeeper& housekeeper, Refusals& refusals, SystemCalls& calls)
    : queue_timeout_{pool.queue_timeout},
      runner_{runner},
      closer_{closer},
      housekeeper_{housekeeper},
      refusals_{refusals},
      calls_{calls},
      queue_{pool.queue} {}

std::optional<RefuseReason> HoldDispatcher::admit(std::unique_ptr<Connection>& connection) {
  bool waits = false;
  Waiting item{std::move(connection), calls_.now()};
  if (!queue_.try_push(item, waits)) {
    connection = std::move(item.connection);
    return RefuseReason::queue_full;
  }
  if (waits && queue_timeout_) housekeeper_.nudge();
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
  if (!queue_timeout_) return std::nullopt;
  const auto too_old = [&](const Waiting& item) { return item.since + *queue_timeout_ <= now; };
  while (auto item = queue_.pop_front_if(too_old)) give_up(std::move(item->connection), RefuseReason::queue_timeout);
  return queue_.peek_front([&](const Waiting& item) { return item.since + *queue_timeout_; });
}

void HoldDispatcher::drain() {
  for (auto& item : queue_.take_rest()) give_up(std::move(item.connection), RefuseReason::stopping);
}

void HoldDispatcher::give_up(std::unique_ptr<Connection> connection, RefuseReason reason) {
  refusals_.refuse(*connection->stream, connection->peer, reason);
}

}  // namespace echopool
