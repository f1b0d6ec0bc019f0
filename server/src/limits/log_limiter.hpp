// Keeps a line of the log from being written more than once a second: the first at once, then one a second with the
// number of events it stands for. Internal. Pure: the time is passed in; belongs to one thread, or to a lock.
#pragma once

#include <cassert>
#include <chrono>
#include <cstdint>
#include <optional>
#include <utility>

namespace echopool {

class LogLimiter {
 public:
  using Time = std::chrono::steady_clock::time_point;
  static constexpr std::chrono::seconds interval{1};

  /// Counts one event. Returns how many to report now, this one included, or 0: not yet.
  [[nodiscard]] std::uint64_t note(Time now) noexcept {
    ++pending_;
    return written_ && now - *written_ < interval ? 0 : take(now);
  }

  /// When take() is to be called for events that note() has held back. nullopt: there are none.
  [[nodiscard]] std::optional<Time> due() const noexcept {
    if (pending_ == 0) return std::nullopt;
    assert(written_);
    return *written_ + interval;
  }

  /// Returns how many events have not been reported yet, and counts them as reported now.
  [[nodiscard]] std::uint64_t take(Time now) noexcept {
    written_ = now;
    return std::exchange(pending_, 0);
  }

 private:
  std::uint64_t pending_ = 0;
  std::optional<Time> written_;
};

}  // namespace echopool
