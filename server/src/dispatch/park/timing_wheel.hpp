// Remembers when to look at which slot again: O(1) to insert, and a look costs nothing for slots that are not due.
// Internal. Not synchronised: its owner guards it.
#pragma once

#include "kernel/system_calls.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace echopool {

class TimingWheel {
 public:
  using Id = std::uint32_t;

  /// Due times are rounded up to whole ticks. What is due later than the wheel reaches goes round more than once.
  TimingWheel(std::chrono::milliseconds tick, std::size_t buckets, TimePoint start);

  void insert(Id id, TimePoint due);
  /// Takes everything that is due at `now` out of the wheel.
  [[nodiscard]] std::vector<Id> advance(TimePoint now);
  /// When advance() could next give something; nullopt when the wheel is empty. Early is possible, late is not.
  [[nodiscard]] std::optional<TimePoint> next() const;

 private:
  using Tick = std::int64_t;
  struct Entry {
    Id id;
    Tick due;
  };

  [[nodiscard]] std::vector<Entry>& bucket(Tick tick) {
    return buckets_[static_cast<std::size_t>(tick) % buckets_.size()];
  }

  std::chrono::milliseconds tick_;
  TimePoint start_;
  Tick now_ = 0;  // every bucket up to here has been emptied
  std::size_t count_ = 0;
  std::vector<std::vector<Entry>> buckets_;
};

}  // namespace echopool
