// The connections that a worker has taken from the epoll set with one call and serves one after the other. Internal.
// Belongs to its worker; the housekeeper looks in from its own thread, to rescue what waits behind a turn that blocks.
//
// Entries are published, not handed over: the thread that claims a connection in the ParkingLot owns it, and an entry
// whose connection another thread has claimed claims nothing. So neither side needs to wait for the other.
#pragma once

#include "dispatch/park/batch_size.hpp"
#include "dispatch/park/parking_lot.hpp"

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <span>

namespace echopool {

class ReadyBatch {
 public:
  static constexpr std::size_t capacity = BatchSize::most;

  /// Owner: before serving.
  void publish(std::span<const epoll_event> events) noexcept {
    progress_.fetch_add(1, std::memory_order_relaxed);
    batch_.store(batch_.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
    for (std::size_t i = 0; i < events.size(); ++i) entries_[i].store(events[i].data.u64, std::memory_order_relaxed);
    next_.store(0, std::memory_order_relaxed);
    // Sequentially consistent: the housekeeper may be about to stop its checks, see StallCheck.
    count_.store(events.size(), std::memory_order_seq_cst);
  }
  /// Owner: before each entry; the entries before `next` are no longer waiting.
  void advance(std::size_t next) noexcept {
    next_.store(next, std::memory_order_relaxed);
    progress_.fetch_add(1, std::memory_order_relaxed);
  }
  void clear() noexcept { count_.store(0, std::memory_order_release); }

  /// Housekeeper: whether its worker is serving.
  [[nodiscard]] bool is_served() const noexcept { return count_.load(std::memory_order_acquire) > 0; }
  /// Housekeeper: whether something waits behind the running turn.
  [[nodiscard]] bool has_waiting() const noexcept {
    const std::size_t count = count_.load(std::memory_order_seq_cst);
    return next_.load(std::memory_order_relaxed) < count;
  }
  /// Housekeeper: whether nothing has moved since the last call.
  [[nodiscard]] bool made_no_progress() noexcept {
    const std::uint64_t progress = progress_.load(std::memory_order_relaxed);
    const bool still = progress == seen_;
    seen_ = progress;
    return still;
  }
  /// Housekeeper: in how many calls in a row, this one included, the same batch was there.
  [[nodiscard]] int times_seen() noexcept {
    const std::uint64_t batch = batch_.load(std::memory_order_relaxed);
    times_seen_ = batch == seen_batch_ ? times_seen_ + 1 : 1;
    seen_batch_ = batch;
    return times_seen_;
  }
  /// Housekeeper: what waits; some of it may have been served by now.
  template <class Visit>
  void for_each_waiting(Visit visit) const {
    const std::size_t count = count_.load(std::memory_order_acquire);
    for (std::size_t i = next_.load(std::memory_order_relaxed); i < count; ++i)
      visit(ParkingLot::Key::unpack(entries_[i].load(std::memory_order_relaxed)));
  }

 private:
  std::array<std::atomic<std::uint64_t>, capacity> entries_{};
  std::atomic<std::size_t> next_{0};
  std::atomic<std::size_t> count_{0};
  std::atomic<std::uint64_t> progress_{0};
  std::atomic<std::uint64_t> batch_{0};
  std::uint64_t seen_ = 0;  // the housekeeper's, as is what follows
  std::uint64_t seen_batch_ = 0;
  int times_seen_ = 0;
};

}  // namespace echopool
