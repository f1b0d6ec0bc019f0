// What the UDP thread has done so far. Internal. One writer, the UDP thread; read() from any thread.
#pragma once

#include <echopool/stats.hpp>

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

namespace echopool {

class UdpCounters {
 public:
  /// Adds what one batch came to. Only the UDP thread writes, so no locked instruction is needed.
  void add(const UdpStats& batch) noexcept {
    add(received_, batch.received);
    add(answered_, batch.answered);
    add(received_bytes_, batch.received_bytes);
    add(answered_bytes_, batch.answered_bytes);
    for (std::size_t i = 0; i < drop_reasons; ++i) add(dropped_[i], batch.dropped[i]);
  }

  [[nodiscard]] UdpStats read() const noexcept {
    UdpStats stats;
    stats.received = received_.load(std::memory_order_relaxed);
    stats.answered = answered_.load(std::memory_order_relaxed);
    stats.received_bytes = received_bytes_.load(std::memory_order_relaxed);
    stats.answered_bytes = answered_bytes_.load(std::memory_order_relaxed);
    for (std::size_t i = 0; i < drop_reasons; ++i) stats.dropped[i] = dropped_[i].load(std::memory_order_relaxed);
    return stats;
  }

 private:
  using Count = std::atomic<std::uint64_t>;

  static void add(Count& count, std::uint64_t n) noexcept {
    if (n != 0) count.store(count.load(std::memory_order_relaxed) + n, std::memory_order_relaxed);
  }

  Count received_{0};
  Count answered_{0};
  Count received_bytes_{0};
  Count answered_bytes_{0};
  std::array<Count, drop_reasons> dropped_{};
};

}  // namespace echopool
