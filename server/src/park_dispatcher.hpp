// The default discipline: a connection that waits for input is parked in one epoll set and costs no thread; whichever
// worker is free takes the next ready one and runs an ordinary blocking turn on it. Internal.
//
// EPOLLONESHOT (epoll_ctl(2)) makes ownership plain: the event disarms the connection, so the worker that got it is
// alone with it until it arms it again, at the tail. The set is the run queue: there is no other hand-over, no lock and
// no condition variable on a request's way. A worker takes a few ready connections with one call; should a turn block,
// the reaper gives those behind it back to the set within some milliseconds.
#pragma once

#include "dispatcher.hpp"
#include "parking_lot.hpp"
#include "ready_batch.hpp"
#include "reaper.hpp"
#include "session_runner.hpp"
#include "timing_wheel.hpp"

#include <atomic>
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

  /// Serves a batch; the reaper looks after what waits in it.
  void serve_batch(ReadyBatch& batch, const epoll_event* events, std::size_t count, Worker& worker);
  /// Serves a connection that talks alone: its worker waits for the next message in recv(2) for a moment, instead of
  /// parking the connection and finding it again, which would cost two more system calls a message. One worker at a
  /// time does so, and never the only one.
  void stay_with(ParkingLot::Key key, Connection& connection, Worker& worker);
  /// The reaper's: gives connections that wait behind a turn that blocks back to the set, for the other workers.
  /// Gives the time of its next look, or nullopt when nobody serves batches any more.
  [[nodiscard]] std::optional<TimePoint> watch(TimePoint now);
  void rescue(ParkingLot::Key key);

  /// One turn of the connection in `place`, which the caller owns; then it is parked again or closed.
  void run(Place place, Connection& connection, Worker& worker);
  void park(Place place, int fd, bool ready);
  /// Watches the connection for input, or just for its turn if it is `ready` (Connection::is_ready), and makes it
  /// claimable. False: the kernel refused.
  [[nodiscard]] bool arm(int operation, int fd, ParkingLot::Key key, bool ready) noexcept;
  /// Ends a connection that still waits as it did when its key was read.
  void end_parked(ParkingLot::Key key, EndReason reason);
  void end(Place place, const SessionEnd& how) { reaper_.close(lot_.leave(place), how); }

  void schedule(Place place, TimePoint now) noexcept;
  struct Over {
    ParkingLot::Key key;
    EndReason reason;
  };
  /// Finds what has waited too long. Gives the time of the next look.
  [[nodiscard]] std::optional<TimePoint> look_for(std::vector<Over>& over, TimePoint now);
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

  std::atomic<bool> staying_{false};   // a worker stays with a connection
  std::atomic<bool> watching_{false};  // the reaper looks after batches
  int quiet_looks_ = 0;                // the reaper's

  std::vector<ReadyBatch> batches_;           // one for each worker
  std::atomic<std::size_t> worker_count_{0};  // how many of them have a worker

  std::mutex mutex_;
  TimingWheel wheel_;            // guarded by mutex_, as is all that follows
  std::vector<bool> scheduled_;  // by place: it is in the wheel
  bool rebuild_ = false;
  std::optional<TimePoint> planned_;  // the reaper's next look
};

}  // namespace echopool
