// The classic discipline: a connection goes through a bounded queue to a worker, which owns it until it ends. Internal.
#pragma once

#include "close/closer.hpp"
#include "dispatch/bounded_queue.hpp"
#include "dispatch/busy_warning.hpp"
#include "dispatch/dispatcher.hpp"
#include "refuse/refusals.hpp"
#include "session/session_runner.hpp"

namespace echopool {

class HoldDispatcher final : public Dispatcher {
 public:
  /// All references must outlive the dispatcher.
  HoldDispatcher(const PoolSettings& pool, SessionRunner& runner, Closer& closer, Housekeeper& housekeeper,
                 Refusals& refusals, const SessionTotals& totals, SystemCalls& calls);

  [[nodiscard]] bool wait_for_room() override { return queue_.wait_for_room(); }
  [[nodiscard]] std::optional<RefuseReason> admit(std::unique_ptr<Connection>& connection) override;
  void serve(Worker& worker) override;
  [[nodiscard]] std::optional<TimePoint> sweep(TimePoint now) override;
  void add_gauges(Stats& stats) const override;
  void stop_admitting() override { queue_.close(); }
  void drain() override;
  void release_workers() override {}  // the queue is closed

 private:
  struct Waiting {
    std::unique_ptr<Connection> connection;
    TimePoint since;
  };

  void give_up(std::unique_ptr<Connection> connection, RefuseReason reason);

  const std::size_t workers_;
  const Timeout queue_timeout_;
  SessionRunner& runner_;
  Closer& closer_;
  Housekeeper& housekeeper_;
  Refusals& refusals_;
  SystemCalls& calls_;
  BoundedQueue<Waiting> queue_;
  BusyWarning warning_;
};

}  // namespace echopool
