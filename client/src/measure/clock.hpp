// The two clocks: one for durations, one for dates. Internal. Any thread.
#pragma once

#include <time.h>

#include <chrono>
#include <string>

namespace echopool::client {

using Nanoseconds = std::chrono::nanoseconds;

/// CLOCK_MONOTONIC: for every duration and schedule.
[[nodiscard]] inline Nanoseconds monotonic_now() noexcept {
  timespec time{};
  ::clock_gettime(CLOCK_MONOTONIC, &time);
  return std::chrono::seconds{time.tv_sec} + Nanoseconds{time.tv_nsec};
}

/// CLOCK_REALTIME: for dates, and to be compared with the kernel's time stamps; it can step.
[[nodiscard]] inline Nanoseconds realtime_now() noexcept {
  timespec time{};
  ::clock_gettime(CLOCK_REALTIME, &time);
  return std::chrono::seconds{time.tv_sec} + Nanoseconds{time.tv_nsec};
}

/// `2026-11-22T14:06:49.123456Z` (RFC 3339).
[[nodiscard]] std::string format_date(Nanoseconds realtime);

}  // namespace echopool::client
