// A rate limit as a token bucket. Internal. Pure: the time is passed in; a bucket belongs to one thread.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>

namespace echopool {

/// How fast tokens come and how many can be saved. Over any span of T seconds at most `per_second` * T + `burst` pass.
struct Rate {
  std::uint32_t per_second = 0;
  std::uint32_t burst = 0;

  /// `burst` is a tenth of `per_second`, but at least the smaller of `per_second` and 10: no second goes far past the
  /// rate, and a few callers at one moment pass.
  [[nodiscard]] static constexpr Rate of(std::uint32_t per_second) noexcept {
    return {per_second, std::max(per_second / 10, std::min<std::uint32_t>(per_second, 10))};
  }
};

/// Starts full. The Rate is passed to each call, so that many buckets share one and it can change under them; a bucket
/// holds whole billionths of a token, which makes refilling exact: nothing is rounded, nothing drifts.
class TokenBucket {
 public:
  using Time = std::chrono::steady_clock::time_point;

  /// Takes one token; false when there is none, and then nothing has changed.
  [[nodiscard]] constexpr bool take(const Rate& rate, Time now) noexcept {
    credit_ = credit(rate, now);
    filled_at_ = std::max(filled_at_, now);
    if (credit_ < token) return false;
    credit_ -= token;
    return true;
  }

  /// How long until take() succeeds: zero when it would now, nanoseconds::max() when the rate is 0.
  [[nodiscard]] constexpr std::chrono::nanoseconds wait(const Rate& rate, Time now) const noexcept {
    const std::uint64_t have = credit(rate, now);
    if (have >= token) return std::chrono::nanoseconds::zero();
    if (rate.per_second == 0) return std::chrono::nanoseconds::max();
    const std::uint64_t nanoseconds = (token - have + rate.per_second - 1) / rate.per_second;
    return std::chrono::nanoseconds{static_cast<std::int64_t>(nanoseconds)};
  }

  /// What it holds at `now`, in billionths of a token.
  [[nodiscard]] constexpr std::uint64_t credit(const Rate& rate, Time now) const noexcept {
    const std::uint64_t full = rate.burst * token;
    if (credit_ >= full) return full;
    if (now <= filled_at_ || rate.per_second == 0) return credit_;
    // A rate of one a second earns a billionth each nanosecond. Comparing before multiplying keeps it from overflowing.
    const auto elapsed = static_cast<std::uint64_t>(std::chrono::nanoseconds{now - filled_at_}.count());
    if (elapsed > (full - credit_) / rate.per_second) return full;
    return credit_ + elapsed * rate.per_second;
  }

 private:
  static constexpr std::uint64_t token = 1'000'000'000;

  std::uint64_t credit_ = ~std::uint64_t{0};  ///< full, whatever the burst
  Time filled_at_{};
};

}  // namespace echopool
