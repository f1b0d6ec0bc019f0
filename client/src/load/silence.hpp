// The longest time in which requests waited and not one answer came, over all workers of a run. Internal. Any thread;
// workers tell of themselves a few times a second.
#pragma once

#include "measure/clock.hpp"

#include <algorithm>
#include <mutex>

namespace echopool::client {

class Silence {
 public:
  struct Span {
    Nanoseconds from{0};  ///< CLOCK_MONOTONIC
    Nanoseconds to{0};
    [[nodiscard]] Nanoseconds length() const noexcept { return to - from; }
  };

  /// A worker's last answer came then; 0: it has had none.
  void answered(Nanoseconds at) {
    const std::lock_guard lock{mutex_};
    if (at <= last_answer_) return;
    last_answer_ = at;
    is_silent_ = false;
  }
  /// A worker still waits for the answer to a request of `since`.
  void waits(Nanoseconds since, Nanoseconds now) {
    const std::lock_guard lock{mutex_};
    if (!is_silent_) from_ = std::max(since, last_answer_);
    is_silent_ = true;
    if (now - from_ > longest_.length()) longest_ = {from_, now};
  }

  [[nodiscard]] Span longest() const {
    const std::lock_guard lock{mutex_};
    return longest_;
  }

 private:
  mutable std::mutex mutex_;
  // Guarded by mutex_.
  Nanoseconds last_answer_{0};
  bool is_silent_ = false;
  Nanoseconds from_{0};
  Span longest_;
};

}  // namespace echopool::client
