// How many ready connections a worker takes with one call: as many as it will have served before the last of them has
// waited noticeably. Internal. The worker's own.
#pragma once

#include "kernel/system_calls.hpp"

#include <algorithm>
#include <chrono>
#include <cstddef>

namespace echopool {

class BatchSize {
 public:
  /// Enough to make epoll_wait(2) a small part of a short turn.
  static constexpr std::size_t most = 64;
  /// The turns of one batch should not take longer. Handlers that do take their connections one by one.
  static constexpr std::chrono::microseconds worth{500};

  [[nodiscard]] std::size_t next() const noexcept { return next_; }
  /// Whether a batch of so many can teach anything: the time of one connection says little of how long many take, but
  /// for who takes one at a time.
  [[nodiscard]] bool learns_from(std::size_t count) const noexcept { return count > 1 || next_ == 1; }

  /// So many took so long.
  void took(std::size_t count, std::chrono::nanoseconds time) noexcept {
    if (time > worth)
      next_ = std::clamp<std::size_t>(static_cast<std::size_t>(count * worth / time), 1, next_);
    else if (time < worth / 2)
      next_ = std::min(most, next_ * 2);
  }

 private:
  std::size_t next_ = most;
};

}  // namespace echopool
