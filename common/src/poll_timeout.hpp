// The time left until a moment, as poll(2) and epoll_wait(2) want it. Internal. Pure.
#pragma once

#include <algorithm>
#include <chrono>
#include <climits>
#include <cstdint>
#include <optional>

namespace echopool {

/// Returns the milliseconds from `now` to `until`, rounded up so that the wait does not end too early; 0 if `until` has
/// passed; -1, which is "for ever", if there is none.
[[nodiscard]] inline int poll_timeout(std::chrono::steady_clock::time_point now,
                                      std::optional<std::chrono::steady_clock::time_point> until) noexcept {
  if (!until) return -1;
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(*until - now).count();
  return static_cast<int>(std::clamp<std::int64_t>(left, 0, INT_MAX));
}

}  // namespace echopool
