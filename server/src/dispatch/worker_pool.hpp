// The fixed pool: `pool.workers` threads, all created before the first connection is accepted. Internal. Belongs to the
// Server; cut_off() and interrupt_waiting() may be called from any thread between start() and join().
#pragma once

#include "session/worker.hpp"
#include "thread.hpp"

#include <echopool/settings.hpp>

#include <functional>
#include <memory>
#include <vector>

namespace echopool {

class WorkerPool {
 public:
  /// What a worker does for its whole life.
  using Body = std::function<void(Worker&)>;

  WorkerPool(const LiveSettings& settings, const StopState& stop, SessionTotals& totals);
  ~WorkerPool() { join(); }

  /// Creates every thread, named "worker-N". Throws StartError when one cannot be created; those before it go on, and
  /// the caller must make their body return.
  void start(const PoolSettings& settings, const Body& body);

  /// Wakes workers that wait for the first byte of a message (hold, whole conversations), by a signal that does
  /// nothing: their recv(2) returns EINTR. A signal may come just before the call and be lost, so it is sent again
  /// until nobody waits.
  void interrupt_waiting() noexcept;
  /// Shuts the connections of running turns down.
  void cut_off() noexcept;

  /// Waits for every thread until `limit` has passed. Returns the number of those that are still running.
  [[nodiscard]] std::size_t join_for(std::chrono::milliseconds limit);
  void join();

 private:
  struct Seat {
    Seat(const LiveSettings& settings, const StopState& stop, SessionTotals& totals) : worker{settings, stop, totals} {}
    Worker worker;
    Thread thread;
  };

  const LiveSettings& settings_;
  const StopState& stop_;
  SessionTotals& totals_;
  std::vector<std::unique_ptr<Seat>> seats_;
};

/// While one lives, the signal of interrupt_waiting() has a handler that does nothing. SIGURG, because its default is
/// to be ignored: one that comes late does no harm. A disposition is the whole process's, and several servers may stop
/// at once: the first object sets it, and the last one restores the program's own.
class WakeSignal {
 public:
  WakeSignal() noexcept;
  ~WakeSignal();
  WakeSignal(const WakeSignal&) = delete;
  WakeSignal& operator=(const WakeSignal&) = delete;
};

}  // namespace echopool
