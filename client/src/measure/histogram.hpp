// Durations counted in log-linear buckets: percentiles of millions of samples in fixed memory. Internal. One thread
// records; merge() brings the threads' histograms together afterwards.
//
// Every power of two is cut into 256 equal buckets and a bucket is reported by its middle, so a percentile is off by at
// most 1/512 (0.2 %); below 512 ns it is exact. The idea is HdrHistogram's (Gil Tene).
#pragma once

#include <algorithm>
#include <bit>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace echopool::client {

using Nanoseconds = std::chrono::nanoseconds;

class Histogram {
 public:
  /// What is longer is counted as saturated and recorded as this: about 2.4 hours.
  static constexpr Nanoseconds longest{(std::int64_t{1} << 43) - 1};

  Histogram() : buckets_(index_of(static_cast<std::uint64_t>(longest.count())) + 1) {}

  /// A negative duration, which a clock that steps can give, is recorded as 0.
  void record(Nanoseconds duration) noexcept {
    auto value = static_cast<std::uint64_t>(duration.count() < 0 ? 0 : duration.count());
    if (duration > longest) {
      value = static_cast<std::uint64_t>(longest.count());
      ++saturated_;
    }
    ++buckets_[index_of(value)];
    ++count_;
    const auto exact = static_cast<double>(value);
    sum_ += exact;
    squares_ += exact * exact;
    if (value < least_ || count_ == 1) least_ = value;
    if (value > most_) most_ = value;
  }

  /// The end of this one was not seen: it lasts at least that long.
  void record_at_least(Nanoseconds age) noexcept {
    record(age);
    const auto value = static_cast<std::uint64_t>(std::clamp(age, Nanoseconds{0}, longest).count());
    if (unfinished_ == 0 || value < least_unfinished_) least_unfinished_ = value;
    ++unfinished_;
  }

  void merge(const Histogram& other);
  void clear();

  [[nodiscard]] std::uint64_t count() const noexcept { return count_; }
  [[nodiscard]] std::uint64_t saturated() const noexcept { return saturated_; }
  /// Of count(), those of record_at_least().
  [[nodiscard]] std::uint64_t unfinished() const noexcept { return unfinished_; }
  /// Whether a figure of this histogram, min(), max() or a quantile, says "at least": some of the samples that it
  /// counts as no longer than itself had not ended. The mean says so as soon as there is one of those.
  [[nodiscard]] bool is_at_least(Nanoseconds figure) const noexcept {
    return unfinished_ > 0 &&
           (index_of(least_unfinished_) <= index_of(static_cast<std::uint64_t>(figure.count())) || figure >= max());
  }

  // Exact, from the values themselves. All are 0 when nothing has been recorded.
  [[nodiscard]] Nanoseconds min() const noexcept { return Nanoseconds{static_cast<std::int64_t>(least_)}; }
  [[nodiscard]] Nanoseconds max() const noexcept { return Nanoseconds{static_cast<std::int64_t>(most_)}; }
  [[nodiscard]] Nanoseconds mean() const noexcept;
  /// The standard deviation of the samples (not an estimate for a population).
  [[nodiscard]] Nanoseconds deviation() const noexcept;

  /// The smallest value that at least this share (0 to 1) of the samples do not exceed: the nearest rank. 0 when empty.
  [[nodiscard]] Nanoseconds quantile(double share) const noexcept;

  /// As quantile(), but nullopt when fewer than ten samples lie beyond it, since it would say little about the next
  /// run.
  [[nodiscard]] std::optional<Nanoseconds> supported_quantile(double share) const noexcept;

  /// How many samples are at least `from` and less than `to`; the limits are rounded to bucket borders.
  [[nodiscard]] std::uint64_t count_between(Nanoseconds from, Nanoseconds to) const noexcept;

  struct Bucket {
    Nanoseconds from;
    Nanoseconds to;  ///< it has what is shorter than this
    std::uint64_t count;
  };
  /// Those that are not empty, the shortest times first: all that this histogram knows of its samples, so that adding
  /// the buckets of several up loses nothing.
  [[nodiscard]] std::vector<Bucket> buckets() const;

 private:
  static constexpr int precision_bits = 8;

 public:
  static constexpr int powers = 43 - precision_bits;
  static constexpr int buckets_of_a_power = 1 << precision_bits;

 private:
  static constexpr std::size_t index_of(std::uint64_t value) noexcept {
    constexpr std::uint64_t exact = std::uint64_t{1} << (precision_bits + 1);
    if (value < exact) return static_cast<std::size_t>(value);
    const int shift = static_cast<int>(std::bit_width(value)) - (precision_bits + 1);
    return (static_cast<std::size_t>(shift) << precision_bits) + static_cast<std::size_t>(value >> shift);
  }
  static constexpr std::uint64_t first_of(std::size_t index) noexcept {
    constexpr std::size_t exact = std::size_t{1} << (precision_bits + 1);
    if (index < exact) return index;
    const std::size_t shift = (index >> precision_bits) - 1;
    return static_cast<std::uint64_t>(index - (shift << precision_bits)) << shift;
  }
  /// The middle of a bucket.
  static constexpr std::uint64_t value_of(std::size_t index) noexcept {
    return first_of(index) + (first_of(index + 1) - first_of(index)) / 2;
  }

  std::vector<std::uint64_t> buckets_;
  std::uint64_t count_ = 0;
  std::uint64_t saturated_ = 0;
  std::uint64_t unfinished_ = 0;
  std::uint64_t least_unfinished_ = 0;
  std::uint64_t least_ = 0;
  std::uint64_t most_ = 0;
  double sum_ = 0;
  double squares_ = 0;
};

}  // namespace echopool::client
