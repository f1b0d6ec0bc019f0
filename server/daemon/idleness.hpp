// Whether a server has had nothing to do for a while. Internal. A plain value; belongs to the main thread.
#pragma once

#include <echopool/stats.hpp>

#include <chrono>
#include <cstdint>
#include <optional>

namespace echopool {

class Idleness {
 public:
  using TimePoint = std::chrono::steady_clock::time_point;

  explicit Idleness(std::chrono::milliseconds limit) noexcept : limit_{limit} {}

  /// True when no connection is open and nothing has come in since calls that lie `limit` back or more.
  [[nodiscard]] bool passed(const Stats& stats, TimePoint now) noexcept {
    const std::uint64_t work = stats.accepted + stats.udp.received;
    if (stats.open > 0 || work != seen_ || !since_) {
      seen_ = work;
      since_ = now;
    }
    return now - *since_ >= limit_;
  }

 private:
  std::chrono::milliseconds limit_;
  std::uint64_t seen_ = 0;
  std::optional<TimePoint> since_;
};

}  // namespace echopool
