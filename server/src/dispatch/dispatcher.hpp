// The seam between accepting and working: how a connection comes to a worker. Internal. Two disciplines: HoldDispatcher
// and ParkDispatcher. The same handlers, sessions, limits and promises hold under both.
#pragma once

#include "session/connection.hpp"
#include "session/worker.hpp"

#include <echopool/stats.hpp>

#include <cstdint>
#include <memory>
#include <optional>

namespace echopool {

class Dispatcher {
 public:
  virtual ~Dispatcher() = default;

  /// Acceptor's thread. Waits until a connection can be taken in: true. False: stopping.
  [[nodiscard]] virtual bool wait_for_room() = 0;
  /// Acceptor's thread. Takes the connection over, or leaves it alone and says why it cannot.
  [[nodiscard]] virtual std::optional<RefuseReason> admit(std::unique_ptr<Connection>& connection) = 0;

  /// Acceptor's thread. Ends the connection of this source (source_key()) that has waited longest without a worker.
  /// Returns false if none waits.
  [[nodiscard]] virtual bool evict(std::uint64_t /*source*/) { return false; }

  /// Worker's thread, for its whole life: returns when there will be nothing more to do.
  virtual void serve(Worker& worker) = 0;

  /// The housekeeper's thread. Ends what has waited too long. Returns the time of the next sweep, nullopt for none.
  [[nodiscard]] virtual std::optional<TimePoint> sweep(TimePoint now) = 0;

  /// Fills in the gauges of connections and busy workers. Any thread; takes time in proportion to
  /// `limits.connections`.
  virtual void add_gauges(Stats& stats) const = 0;

  /// The settings have changed. Any thread.
  virtual void reconfigure() {}

  /// Stopping, in this order. stop_admitting(): wait_for_room() returns false from now on.
  virtual void stop_admitting() = 0;
  /// No connection may wait any longer; running turns finish. Requires that the acceptor has ended and that the
  /// StopState says so.
  virtual void drain() = 0;
  /// The grace is over: what still waits for its output to leave is reset. Running turns are cut off by the WorkerPool.
  virtual void cut_off() {}
  /// serve() returns as soon as the running turn is over.
  virtual void release_workers() = 0;
};

}  // namespace echopool
