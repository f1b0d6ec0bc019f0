// The moments at which an open-loop run sends, fixed before it begins: request i is due at start + i/rate, whatever the
// server does. Internal. A plain value, any thread.
//
// Response times counted from these moments contain the time that a request waited for a client that was held up, which
// a closed loop silently leaves out (Gil Tene's "coordinated omission").
#pragma once

#include <cassert>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <cstdint>

namespace echopool::client {

using Nanoseconds = std::chrono::nanoseconds;

class RateSchedule {
 public:
  /// `rate` is of all connections together, a second; request i belongs to connection i mod `connections`. This part of
  /// the schedule is that of connections first … last - 1.
  RateSchedule(Nanoseconds start, double rate, std::size_t connections, std::size_t first, std::size_t last)
      : start_{start}, period_{1e9 / rate}, connections_{connections}, first_{first}, last_{last}, index_{first} {
    assert(rate > 0 && first < last && last <= connections);
  }

  /// When the next request of this part is due, its number in the whole schedule, and its connection.
  [[nodiscard]] Nanoseconds due() const noexcept {
    return start_ + Nanoseconds{std::llround(static_cast<double>(index_) * period_)};
  }
  [[nodiscard]] std::uint64_t index() const noexcept { return index_; }
  [[nodiscard]] std::size_t connection() const noexcept { return static_cast<std::size_t>(index_ % connections_); }

  /// Goes on to the next request of this part.
  void advance() noexcept { index_ += connection() + 1 < last_ ? 1 : connections_ - (last_ - first_) + 1; }

  /// Between two requests of one connection.
  [[nodiscard]] Nanoseconds interval() const noexcept {
    return Nanoseconds{std::llround(period_ * static_cast<double>(connections_))};
  }

 private:
  Nanoseconds start_;
  double period_;  // nanoseconds between two requests of the whole
  std::size_t connections_;
  std::size_t first_;
  std::size_t last_;
  std::uint64_t index_;
};

}  // namespace echopool::client
