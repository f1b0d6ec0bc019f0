// Keeps all but a few of the idle workers away from the epoll set. Internal. Called by workers; release() by any
// thread.
//
// The kernel wakes one waiting thread for each connection that becomes ready. With all idle workers waiting, a burst
// wakes many, and the first takes what the others were woken for. So a few watch the set; whoever leaves it unwatched,
// because it has found work, calls the next one from standby. A worker that comes back at once calls nobody.
#pragma once

#include <semaphore.h>

#include <atomic>

namespace echopool {

class Standby {
 public:
  /// Two: while one serves, the other watches, and neither needs to be called.
  static constexpr int watchers = 2;

  Standby() noexcept;
  ~Standby();
  Standby(const Standby&) = delete;
  Standby& operator=(const Standby&) = delete;

  /// Before watching: returns when this worker should.
  void watch() noexcept;
  /// After watching, before serving.
  void serve() noexcept;
  /// Nobody waits in watch() from now on.
  void release() noexcept;

  /// How many wait in watch() just now.
  [[nodiscard]] int standing_by() const noexcept { return standing_by_.load(std::memory_order_seq_cst); }

 private:
  [[nodiscard]] bool take_one() noexcept;

  std::atomic<int> watching_{0};
  std::atomic<int> standing_by_{0};
  std::atomic<bool> released_{false};
  sem_t calls_;  // std::counting_semaphore yields the processor many times before it sleeps
};

}  // namespace echopool
