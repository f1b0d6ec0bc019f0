// The `datagrams dropped reason= count=` lines: one a reason, at most once a second. Internal. Belongs to the UDP
// thread. No LogLimiter, which reports the first event at once: these are differences of totals, and reading that of
// the kernel costs a system call for each socket.
#pragma once

#include "kernel/system_calls.hpp"

#include <echopool/stats.hpp>

#include <array>
#include <cstdint>
#include <optional>

namespace echopool {

class DropLog {
 public:
  /// Something was received, so something may have been dropped: a report is due within a second.
  void expect(TimePoint now) noexcept;

  /// When report() is to be called next; nullopt while nothing happens.
  [[nodiscard]] std::optional<TimePoint> due() const noexcept { return due_; }

  /// Logs what `so_far` has more than the last report had.
  void report(const UdpStats& so_far) noexcept;

 private:
  std::array<std::uint64_t, drop_reasons> reported_{};
  std::optional<TimePoint> due_;
};

}  // namespace echopool
