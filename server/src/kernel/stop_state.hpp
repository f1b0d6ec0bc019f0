// How far the server has come in stopping: one state that every part reads, set by Server::Impl. Internal. Any thread.
//
// Sequentially consistent: a worker parks a connection, or begins to wait, and then reads the state; the stopping
// thread sets it and then looks for what is parked or waits. One of them sees the other.
#pragma once

#include <atomic>
#include <cstdint>

namespace echopool {

class StopState {
 public:
  /// From now on no connection waits for a message: what has begun is finished, everything else ends.
  void begin_draining() noexcept { phase_.store(Phase::draining); }
  /// The grace period is over: connections are reset.
  void begin_cutting_off() noexcept { phase_.store(Phase::cutting_off); }

  [[nodiscard]] bool draining() const noexcept { return phase_.load() != Phase::running; }
  [[nodiscard]] bool cutting_off() const noexcept { return phase_.load() == Phase::cutting_off; }

 private:
  enum class Phase : std::uint8_t { running, draining, cutting_off };
  std::atomic<Phase> phase_{Phase::running};
};

}  // namespace echopool
