#include "measure/histogram.hpp"

#include <algorithm>
#include <cmath>

namespace echopool::client {

void Histogram::merge(const Histogram& other) {
  if (other.count_ == 0) return;
  for (std::size_t i = 0; i < buckets_.size(); ++i) buckets_[i] += other.buckets_[i];
  least_ = count_ == 0 ? other.least_ : std::min(least_, other.least_);
  most_ = std::max(most_, other.most_);
  if (other.unfinished_ > 0)
    least_unfinished_ =
        unfinished_ == 0 ? other.least_unfinished_ : std::min(least_unfinished_, other.least_unfinished_);
  unfinished_ += other.unfinished_;
  count_ += other.count_;
  saturated_ += other.saturated_;
  sum_ += other.sum_;
  squares_ += other.squares_;
}

void Histogram::clear() { *this = Histogram{}; }

Nanoseconds Histogram::mean() const noexcept {
  return Nanoseconds{count_ == 0 ? 0 : std::llround(sum_ / static_cast<double>(count_))};
}

Nanoseconds Histogram::deviation() const noexcept {
  if (count_ == 0) return Nanoseconds{0};
  const auto n = static_cast<double>(count_);
  const double mean = sum_ / n;
  return Nanoseconds{std::llround(std::sqrt(std::max(0.0, squares_ / n - mean * mean)))};
}

Nanoseconds Histogram::quantile(double share) const noexcept {
  if (count_ == 0) return Nanoseconds{0};
  const auto wanted = static_cast<std::uint64_t>(std::ceil(std::clamp(share, 0.0, 1.0) * static_cast<double>(count_)));
  const std::uint64_t rank = std::clamp<std::uint64_t>(wanted, 1, count_);
  std::uint64_t seen = 0;
  for (std::size_t i = 0; i < buckets_.size(); ++i) {
    seen += buckets_[i];
    // The middle of the last bucket may lie beyond what was really measured.
    if (seen >= rank) return Nanoseconds{static_cast<std::int64_t>(std::clamp(value_of(i), least_, most_))};
  }
  return max();
}

std::optional<Nanoseconds> Histogram::supported_quantile(double share) const noexcept {
  // 1 - 0.99 is a little more than 0.01 in binary: 1,000 samples are enough for p99.
  constexpr double rounding = 1e-6;
  if (static_cast<double>(count_) * (1 - share) < 10 - rounding) return std::nullopt;
  return quantile(share);
}

std::vector<Histogram::Bucket> Histogram::buckets() const {
  std::vector<Bucket> result;
  const auto border = [](std::size_t index) { return Nanoseconds{static_cast<std::int64_t>(first_of(index))}; };
  for (std::size_t i = 0; i < buckets_.size(); ++i)
    if (buckets_[i] > 0) result.push_back({border(i), border(i + 1), buckets_[i]});
  return result;
}

std::uint64_t Histogram::count_between(Nanoseconds from, Nanoseconds to) const noexcept {
  const auto border = [](Nanoseconds at) {
    return index_of(static_cast<std::uint64_t>(std::clamp(at, Nanoseconds{0}, longest).count()));
  };
  std::uint64_t total = 0;
  const std::size_t end = to > longest ? buckets_.size() : border(to);
  for (std::size_t i = border(from); i < end; ++i) total += buckets_[i];
  return total;
}

}  // namespace echopool::client
