// The default discipline: a connection that waits for input is parked in one epoll set and costs no thread; whichever
// worker is free takes the next ready one and runs an ordinary blocking turn on it. Internal.
//
// The set is the run queue: there is no other hand-over, no lock and no condition variable on a request's way. A
// connection is watched in one of two ways (epoll_ctl(2)). EPOLLET while it sends messages that one read takes whole:
// parking it is a change of its word in the ParkingLot, without a call. EPOLLONESHOT while it streams, has output or
// whole messages kept, or talks alone: no worker is woken for it while it is served, and arming it again puts it at the
// tail. Whenever a turn leaves any doubt whether input is left in the kernel, the connection is armed again, which
// makes the kernel look. A turn begins with a read that does not wait, so an event that is out of date costs one call.
//
// A worker takes a few ready connections with one call. As many workers do so as there are processors (Standby), unless
// their turns sleep. Should a turn block that was not expected to, the reaper notices within some milliseconds: it
// gives what waits behind the turn back to the set and lets another worker in.
#pragma once

#include "close/reaper.hpp"
#include "dispatch/dispatcher.hpp"
#include "dispatch/park/blocking_sense.hpp"
#include "dispatch/park/lone_talker.hpp"
#include "dispatch/park/parked_limits.hpp"
#include "dispatch/park/ready_batch.hpp"
#include "dispatch/park/standby.hpp"
#include "session/session_runner.hpp"

#include <atomic>
#include <span>
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
  void cut_off() override;
  void release_workers() override;

 private:
  using Place = ParkingLot::Place;

  /// How a connection is watched when it is armed.
  enum class Watch : std::uint8_t {
    edge,  ///< input, EPOLLET
    once,  ///< input, EPOLLONESHOT
    room,  ///< room for output, EPOLLONESHOT
    turn,  ///< input or room, EPOLLONESHOT: with input already read, or a greeting to send, it can go on at once
  };

  /// What others see of a worker.
  struct alignas(64) Post {
    ReadyBatch batch;
    Standby::Duty duty;
  };

  /// Serves the connections of these events, one after the other. False: it stayed with one that talks alone.
  bool serve_batch(std::span<const epoll_event> events, LoneTalker& alone, Post& post, Worker& worker);
  /// Claims a connection for which an event came; nullptr: there is nothing to be done for it now.
  [[nodiscard]] Connection* take(const epoll_event& event);
  /// Whether the worker may stay with a connection. If so, it must.
  [[nodiscard]] bool may_stay(Worker& worker) noexcept;
  /// Serves a connection that talks alone: its worker waits for the next message in recv(2) for a moment, instead of
  /// parking the connection and finding it again, which would cost one more system call a message. One worker at a time
  /// does so, and never the only one.
  void stay_with(ParkingLot::Key key, Connection& connection, Worker& worker);
  /// The reaper's: excuses workers whose turn blocks, and gives the connections that wait behind it back to the set.
  /// Gives the time of its next look, or nullopt when there is nobody to look after.
  [[nodiscard]] std::optional<TimePoint> look_after_workers(TimePoint now);
  /// A worker's, with what it serves published or the set left unwatched: makes the reaper look after workers.
  void ask_for_looks();
  /// Whether somebody has work that only the reaper could see blocked.
  [[nodiscard]] bool needs_looks() const noexcept;
  void rescue(ParkingLot::Key key);

  /// One turn of the connection, which the caller owns; then it is parked again or closed.
  void run(const epoll_event& event, Connection& connection, Worker& worker);
  /// Gives the connection up: its events flow again, with a look at what is there now.
  void park(Place place, Connection& connection, Watch watch);
  /// How a connection is to be watched that would best be watched as `wanted`; makes it so in the connection.
  [[nodiscard]] static Watch prepare(Connection& connection, Watch wanted) noexcept;
  /// Makes sure that the time limit of a wait is noticed in time.
  void schedule(Place place, const Connection& connection, TimePoint now) noexcept;
  /// Watches the connection and makes it claimable. False: the kernel refused.
  [[nodiscard]] bool arm(int operation, int fd, ParkingLot::Key key, Watch watch) noexcept;
  /// Whoever gave a connection up while the server began to drain ends it: the other side of drain().
  void mind_draining(ParkingLot::Key key);
  /// Ends a connection that still waits as it did when its key was read, and has nothing under way.
  void end_waiting(ParkingLot::Key key);
  /// The same for a time limit, unless the connection was served since the look, or what it waits for is there and
  /// only a worker is missing.
  void end_overdue(ParkingLot::Key key, TimePoint now);
  /// Whether what it waits for is there. The caller owns it.
  [[nodiscard]] bool is_ready(Connection& connection) noexcept;
  void end(Place place, const SessionEnd& how);

  SessionRunner& runner_;
  Reaper& reaper_;
  const std::atomic<bool>& draining_;
  SystemCalls& calls_;
  ParkingLot lot_;
  UniqueFd epoll_;
  WakeFd released_;
  Standby standby_;

  std::atomic<bool> staying_{false};  // a worker stays with a connection
  std::atomic<bool> looking_{false};  // the reaper looks after workers
  int quiet_looks_ = 0;               // the reaper's, as is when it last looked
  TimePoint last_look_;

  std::vector<Post> posts_;                   // one for each worker
  std::atomic<std::size_t> worker_count_{0};  // how many of them have a worker

  ParkedLimits limits_;
};

}  // namespace echopool
