// What became of the lines handed to one sink. Internal. Counted by any thread.
#pragma once

#include <echopool/log.hpp>

#include <atomic>
#include <cstdint>

namespace echopool {

/// Lines lost by all sinks; see log_lost().
inline constinit std::atomic<std::uint64_t> lost_lines{0};

class LineCount {
 public:
  explicit LineCount(LogSink sink) noexcept : sink_{sink} {}

  [[nodiscard]] LogSink sink() const noexcept { return sink_; }

  void issue() noexcept { issued_.fetch_add(1, std::memory_order_relaxed); }
  void write() noexcept { written_.fetch_add(1, std::memory_order_relaxed); }
  void lose(std::uint64_t lines) noexcept {
    lost_.fetch_add(lines, std::memory_order_relaxed);
    lost_lines.fetch_add(lines, std::memory_order_relaxed);
  }
  /// Everything issued has either been written or never will be.
  void lose_the_rest() noexcept { lose(issued_.load() - written_.load() - lost_.load()); }
  [[nodiscard]] std::uint64_t lost() const noexcept { return lost_.load(std::memory_order_relaxed); }

  /// True for the first failure since the sink last worked, so that each outage is told once.
  [[nodiscard]] bool begin_outage() noexcept { return !outage_.exchange(true, std::memory_order_relaxed); }
  void end_outage() noexcept { outage_.store(false, std::memory_order_relaxed); }

 private:
  const LogSink sink_;
  std::atomic<std::uint64_t> issued_{0};
  std::atomic<std::uint64_t> written_{0};
  std::atomic<std::uint64_t> lost_{0};
  std::atomic<bool> outage_{false};
};

}  // namespace echopool
