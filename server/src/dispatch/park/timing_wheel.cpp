#include "dispatch/park/timing_wheel.hpp"

#include <algorithm>

namespace echopool {

TimingWheel::TimingWheel(std::chrono::milliseconds tick, std::size_t buckets, TimePoint start)
    : tick_{tick}, start_{start}, buckets_(buckets) {}

void TimingWheel::insert(Id id, TimePoint due) {
  const auto late = due - start_;
  const Tick tick = std::max<Tick>(now_ + 1, (late + tick_ - TimePoint::duration{1}) / tick_);
  bucket(tick).push_back({id, tick});
  ++count_;
}

std::vector<TimingWheel::Id> TimingWheel::advance(TimePoint now) {
  std::vector<Id> due;
  const Tick target = (now - start_) / tick_;
  // After a long sleep one round through all buckets sees everything.
  const Tick first = std::max(now_ + 1, target - static_cast<Tick>(buckets_.size()) + 1);
  for (Tick tick = first; tick <= target; ++tick) {
    auto& entries = bucket(tick);
    const auto later = std::partition(entries.begin(), entries.end(), [&](const Entry& e) { return e.due > target; });
    for (auto it = later; it != entries.end(); ++it) due.push_back(it->id);
    entries.erase(later, entries.end());
  }
  now_ = std::max(now_, target);
  count_ -= due.size();
  return due;
}

std::optional<TimePoint> TimingWheel::next() const {
  if (count_ == 0) return std::nullopt;
  const auto size = static_cast<Tick>(buckets_.size());
  for (Tick tick = now_ + 1; tick <= now_ + size; ++tick)
    if (!buckets_[static_cast<std::size_t>(tick % size)].empty()) return start_ + tick * tick_;
  return start_ + (now_ + 1) * tick_;
}

}  // namespace echopool
