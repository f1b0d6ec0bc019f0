// The default discipline: a connection that waits for input is parked in one epoll set and costs no thread; whichever
// worker is free takes the next ready one and runs an ordinary blocking turn on it. Internal.
//
// EPOLLONESHOT (epoll_ctl(2)) makes ownership plain: the event disarms the connection, so the worker that got it is
// alone with it until it arms it again, at the tail. The set is the run queue: there is no other hand-over, no lock and
// no condition variable on a request's way.
#pragma once

#include "dispatcher.hpp"
#include "parking_lot.hpp"
#include "reaper.hpp"
#include "session_runner.hpp"
#include "timing_wheel.hpp"

#include <mutex>
#include <vector>

namespace echopool {

class ParkDispatcher final : public Dispatcher {
 public:
  /// All references must outlive the dispatcher. Throws StartError.
  ParkDispatcher(const LiveSettings& settings, SessionRunner& runner, Reaper& reaper, const std::atomic<bool>& draining,
                 SystemCalls& calls);

  [[nodiscard]] bool wait_for_room() override { return true; }  // the seats are the only bound
  [[nodiscard]] std::optional<RefuseReason> admit(std::unique_ptr<Connection>& connection) override;
  void stop_admitting() override {}
  void serve(Worker& worker) override;
  [[nodiscard]] std::optional<TimePoint> sweep(TimePoint now) override;
  void reconfigure() override;
  void drain() override;
  void release_workers() override { released_.wake(); }

 private:
  using Place = ParkingLot::Place;

  /// One turn of the connection in `place`, which the caller owns; then it is parked again or closed.
  void run(Place place, Connection& connection, Worker& worker);
  /// Watches the connection for input and makes it claimable. False: the kernel refused.
  [[nodiscard]] bool arm(int operation, int fd, ParkingLot::Key key, bool leftover) noexcept;
  /// Ends a connection that still waits as it did when its key was read.
  void end_parked(ParkingLot::Key key, EndReason reason);
  void end(Place place, const SessionEnd& how) { reaper_.close(lot_.leave(place), how); }

  void schedule(Place place, TimePoint now);
  /// When a place must be looked at again, and why it would end then.
  struct Due {
    TimePoint when;
    EndReason reason;
  };
  [[nodiscard]] std::optional<Due> due(const ParkingLot::View& view, const TimeoutSettings& limits,
                                       TimePoint now) const;
  [[nodiscard]] TimingWheel make_wheel(TimePoint now) const;

  const LiveSettings& settings_;
  SessionRunner& runner_;
  Reaper& reaper_;
  const std::atomic<bool>& draining_;
  SystemCalls& calls_;
  ParkingLot lot_;
  UniqueFd epoll_;
  WakeFd released_;

  std::mutex mutex_;
  TimingWheel wheel_;            // guarded by mutex_, as is all that follows
  std::vector<bool> scheduled_;  // by place: it is in the wheel
  bool rebuild_ = false;
  std::optional<TimePoint> planned_;  // the reaper's next look
};

}  // namespace echopool
