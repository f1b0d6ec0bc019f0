// The default discipline: a connection that waits is parked in one epoll set and costs no thread; a free worker takes
// the next ready ones and runs an ordinary blocking turn on each. Internal. Owned by Server::Impl.
//
// There is no lock and no condition variable on a request's way. EpollSet says how a connection is watched, ParkingLot
// which thread owns it, Standby how many workers watch the set, StallCheck what happens behind a turn that blocks,
// BusyCheck whether none is left, ParkedLimits when a wait has lasted too long, InputShare which connection may read on
// when much is kept. Whenever a turn leaves any doubt whether input is left in the kernel, the connection is armed
// again, which makes the kernel look. A turn begins with a read that does not wait, so an event that is out of date
// costs one call.
#pragma once

#include "close/closer.hpp"
#include "dispatch/dispatcher.hpp"
#include "dispatch/park/blocking_sense.hpp"
#include "dispatch/park/busy_check.hpp"
#include "dispatch/park/epoll_set.hpp"
#include "dispatch/park/input_share.hpp"
#include "dispatch/park/lone_talker.hpp"
#include "dispatch/park/parked_limits.hpp"
#include "dispatch/park/stall_check.hpp"
#include "dispatch/park/standby.hpp"
#include "dispatch/park/sticky_turn.hpp"
#include "kernel/stop_state.hpp"
#include "session/session_runner.hpp"

#include <optional>
#include <span>

namespace echopool {

class ParkDispatcher final : public Dispatcher {
 public:
  /// All references must outlive the dispatcher. Throws StartError.
  ParkDispatcher(const LiveSettings& settings, SessionRunner& runner, Closer& closer, Housekeeper& housekeeper,
                 const StopState& stop, SessionTotals& totals, SystemCalls& calls);

  [[nodiscard]] bool wait_for_room() override { return true; }  // the seats are the only bound
  [[nodiscard]] std::optional<RefuseReason> admit(std::unique_ptr<Connection>& connection) override;
  [[nodiscard]] bool evict(std::uint64_t source) override;
  void stop_admitting() override {}
  void serve(Worker& worker) override;
  [[nodiscard]] std::optional<TimePoint> sweep(TimePoint now) override;
  void add_gauges(Stats& stats) const override;
  void reconfigure() override;
  void drain() override;
  void cut_off() override;
  void release_workers() override;

 private:
  using Slot = ParkingLot::Slot;
  using Watch = EpollSet::Watch;

  /// Serves the connections of these events, one after the other. False: it stayed with one that talks alone.
  bool serve_batch(std::span<const epoll_event> events, LoneTalker& alone, StallCheck::Post& post, Worker& worker);
  /// Claims a connection for which an event came; nullptr: there is nothing to be done for it now.
  [[nodiscard]] Connection* take(const epoll_event& event);
  /// One turn of the connection, which the caller owns; then it is parked again or closed.
  void run(const epoll_event& event, Connection& connection, Worker& worker);

  /// Gives the connection up: its events flow again, and the kernel looks at what is there now.
  void park(Slot slot, Connection& connection, Watch watch);
  /// Returns how a connection is to be watched that would best be watched as `wanted`, and notes it in the connection.
  [[nodiscard]] static Watch prepare(Connection& connection, Watch wanted) noexcept;
  /// Makes sure that the time limit of a wait is noticed in time.
  void schedule(Slot slot, const Connection& connection, TimePoint now) noexcept;

  /// The other side of drain(): a connection that its worker gave up while the server began to drain ends.
  void mind_draining(ParkingLot::Key key);
  /// Ends a connection that still waits as it did when its key was read, and has nothing under way.
  void end_waiting(ParkingLot::Key key);
  /// The same for a time limit, unless the connection was served since, or what it waits for is there and only a worker
  /// is missing.
  void end_overdue(ParkingLot::Key key, TimePoint now);
  /// Whether what it waits for is there. The caller owns it.
  [[nodiscard]] bool is_ready(Connection& connection) noexcept;
  /// A connection that waits for a share of `limits.input` reads on; `favoured`: whatever the others keep. Returns
  /// false if it no longer waits.
  [[nodiscard]] bool give_share(ParkingLot::Key key, bool favoured);
  /// Ends a connection from a thread that is no worker: a worker does it if a handler has to be destroyed.
  void end_from_outside(Slot slot, Connection& connection, const SessionEnd& how);
  void end(Slot slot, const SessionEnd& how);

  SessionRunner& runner_;
  Closer& closer_;
  Housekeeper& housekeeper_;
  const StopState& stop_;
  SessionTotals& totals_;
  SystemCalls& calls_;
  const std::size_t workers_;
  ParkingLot lot_;
  EpollSet set_;
  Standby standby_;
  StallCheck stall_check_;
  BusyCheck busy_check_;
  StickyTurn sticky_turn_;
  ParkedLimits limits_;
  InputShare input_share_;
};

}  // namespace echopool
