// The line that tells that every worker is busy and connections wait for one. Internal. Owned by the dispatchers,
// called by the housekeeper.
#pragma once

#include "kernel/system_calls.hpp"
#include "limits/log_limiter.hpp"
#include "session/session_totals.hpp"

#include <chrono>
#include <cstddef>

namespace echopool {

class BusyWarning {
 public:
  /// How long connections may wait for a worker before there is a line, and how often it is looked.
  static constexpr std::chrono::milliseconds patience{100};

  /// `totals` must outlive it.
  BusyWarning(std::size_t workers, const SessionTotals& totals) noexcept : workers_{workers}, totals_{totals} {}

  /// `ready` connections find no worker, the oldest for `oldest`. Writes at most one line a second.
  void tell(TimePoint now, std::size_t ready, TimePoint::duration oldest);

 private:
  const std::size_t workers_;
  const SessionTotals& totals_;
  LogLimiter limiter_;
};

}  // namespace echopool
