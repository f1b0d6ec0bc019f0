// What the server has done so far, counted where it is done. Internal. Any thread; relaxed atomics, each with one
// writer at a time or rare writers, so nothing on the way of a request contends.
#pragma once

#include <echopool/stats.hpp>

#include <array>
#include <atomic>
#include <cstdint>

namespace echopool {

class Counters {
 public:
  using Count = std::atomic<std::uint64_t>;

  Count accepted{0};
  Count accept_errors{0};
  Count received_bytes{0};
  Count sent_bytes{0};
  Count cut_off{0};  // connections that stopping did not wait for
  std::array<Count, end_reasons> ended{};
  std::array<Count, refuse_reasons> refused{};

  void add(Count& count, std::uint64_t n = 1) noexcept { count.fetch_add(n, std::memory_order_relaxed); }
  void add_ended(EndReason reason) noexcept { add(ended[static_cast<std::size_t>(reason)]); }
  void add_refused(RefuseReason reason) noexcept { add(refused[static_cast<std::size_t>(reason)]); }

  /// Everything but `open` and `udp`, which others know.
  [[nodiscard]] Stats read() const noexcept {
    Stats stats;
    stats.accepted = accepted.load(std::memory_order_relaxed);
    stats.accept_errors = accept_errors.load(std::memory_order_relaxed);
    stats.received_bytes = received_bytes.load(std::memory_order_relaxed);
    stats.sent_bytes = sent_bytes.load(std::memory_order_relaxed);
    for (std::size_t i = 0; i < end_reasons; ++i) stats.ended[i] = ended[i].load(std::memory_order_relaxed);
    for (std::size_t i = 0; i < refuse_reasons; ++i) stats.refused[i] = refused[i].load(std::memory_order_relaxed);
    return stats;
  }
};

}  // namespace echopool
