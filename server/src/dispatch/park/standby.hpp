// Decides which workers watch the epoll set and keeps the others away from it. Internal. Called by workers; excuse() by
// the housekeeper as well, release() by any thread.
//
// The kernel wakes one waiting thread for each connection that becomes ready. With all idle workers waiting, a burst
// wakes many, and the first takes what the others were woken for: so a few watch, and whoever leaves the set unwatched
// calls the next one from standby.
//
// More threads than processors do not serve faster. They take turns on a processor, some milliseconds each, and what
// each of them has taken from the set waits as long as all the others are on. So no more workers are on duty than there
// are processors, as long as they do not sleep: who is about to sleep, or was found to stand still, is excused, which
// makes room for another.
#pragma once

#include <semaphore.h>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>

namespace echopool {

class Standby {
 public:
  /// Two: while one serves, the other watches, and neither needs to be called.
  static constexpr std::uint16_t watchers = 2;

  /// One for each worker; it must outlive the worker's last call.
  class Duty {
   public:
    /// Whether its worker has been excused since it came to watch.
    [[nodiscard]] bool excused() const noexcept { return !counted_.load(std::memory_order_relaxed); }

   private:
    friend class Standby;
    std::atomic<bool> counted_{false};
  };

  /// `processors`: how many workers may be on duty; at least one may. `unwatched`: called by the worker that
  /// leaves the set unwatched, because all that may be on duty serve. Only a check from outside can tell whether one of
  /// them has come to a standstill.
  Standby(std::size_t processors, std::function<void()> unwatched);
  ~Standby();
  Standby(const Standby&) = delete;
  Standby& operator=(const Standby&) = delete;

  /// Whether so many workers are more than may be on duty.
  [[nodiscard]] bool limits(std::size_t workers) const noexcept { return workers > most_on_duty_; }

  /// Before watching: returns when this worker should.
  void watch(Duty& mine) noexcept;
  /// After watching, before serving. `will_sleep`: another may take its place meanwhile.
  void serve(Duty& mine, bool will_sleep) noexcept;
  /// The worker serves, and will sleep or stands still: another may take its place until it comes back to watch.
  void excuse(Duty& duty) noexcept;
  /// Nobody waits in watch() from now on.
  void release() noexcept;

  /// Whether nobody watches although somebody stands by.
  [[nodiscard]] bool unwatched() const noexcept;
  /// Whether nobody watches, and nobody stands by.
  [[nodiscard]] bool all_serve() const noexcept;
  /// How many watch or stand by.
  [[nodiscard]] std::size_t not_serving() const noexcept;
  /// How many wait in watch() just now.
  [[nodiscard]] int standing_by() const noexcept;

 private:
  /// Everything that is decided by, in one word, so that no decision is made on what has just changed.
  struct State {
    std::uint16_t watching = 0;
    std::uint16_t on_duty = 0;  ///< watching, or serving without having been excused
    std::uint16_t standing_by = 0;
    std::uint16_t released = 0;
    [[nodiscard]] bool is_unwatched() const noexcept { return watching == 0 && standing_by > 0; }
  };
  static_assert(std::atomic<State>::is_always_lock_free);

  /// Changes the state, and calls somebody when the change asks for it. Gives what came of it.
  template <class Change>
  State update(Change change) noexcept;
  [[nodiscard]] bool may_watch(const State& state) const noexcept;

  const std::uint16_t most_on_duty_;
  const std::function<void()> unwatched_;
  std::atomic<State> state_{State{}};
  sem_t calls_;  // std::counting_semaphore yields the processor many times before it sleeps
};

}  // namespace echopool
