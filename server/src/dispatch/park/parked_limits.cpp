#include "dispatch/park/parked_limits.hpp"

#include <algorithm>
#include <new>
#include <numeric>
#include <utility>

namespace echopool {
namespace {

using std::chrono::milliseconds;

constexpr std::size_t wheel_buckets = 256;
/// How soon to try again when there was no memory.
constexpr milliseconds no_memory_pause{100};

}  // namespace

ParkedLimits::ParkedLimits(const LiveSettings& settings, const ParkingLot& lot, TimePoint now)
    : settings_{settings}, lot_{lot}, wheel_{make_wheel(now)}, scheduled_(lot.size()) {}

bool ParkedLimits::schedule(ParkingLot::Place place, TimePoint now) noexcept {
  const auto snapshot = settings_.get();
  const auto when = due({.occupied = true, .opened = now, .last_active = now}, snapshot->timeouts, now);
  if (!when) return false;
  const std::lock_guard lock{mutex_};
  if (scheduled_[place]) return false;  // from an earlier connection, whose look comes no later than ours would
  try {
    wheel_.insert(place, when->when);
    scheduled_[place] = true;
    if (planned_ && *planned_ <= when->when) return false;
    planned_ = when->when;
  } catch (const std::bad_alloc&) {
    start_anew_ = true;  // the connection is served; the next look makes up for it
  }
  return true;
}

void ParkedLimits::start_anew() noexcept {
  const std::lock_guard lock{mutex_};
  start_anew_ = true;
}

std::optional<TimePoint> ParkedLimits::look(std::vector<ParkingLot::Key>& over, TimePoint now) try {
  const auto snapshot = settings_.get();
  const std::lock_guard lock{mutex_};
  const bool all = std::exchange(start_anew_, true);  // stays so when memory runs out half-way
  std::vector<ParkingLot::Place> looks;
  if (all) {
    wheel_ = make_wheel(now);
    looks.resize(lot_.size());
    std::iota(looks.begin(), looks.end(), ParkingLot::Place{0});
  } else {
    looks = wheel_.advance(now);
  }
  for (const ParkingLot::Place place : looks) {
    const auto view = lot_.view(place);
    const auto when = view.occupied ? due(view, snapshot->timeouts, now) : std::nullopt;
    scheduled_[place] = when.has_value();
    if (!when) continue;
    if (view.parked && when->when <= now) over.push_back({place, view.arming});
    wheel_.insert(place, std::max(when->when, now + milliseconds{1}));
  }
  start_anew_ = false;
  return planned_ = wheel_.next();
} catch (const std::bad_alloc&) {
  return now + no_memory_pause;
}

std::optional<EndReason> ParkedLimits::exceeded(ParkingLot::Place place, TimePoint now) const {
  ParkingLot::View view = lot_.view(place);
  view.parked = true;  // as it was found
  const auto when = due(view, settings_.get()->timeouts, now);
  return when && when->when <= now ? std::optional{when->reason} : std::nullopt;
}

std::optional<ParkedLimits::Due> ParkedLimits::due(const ParkingLot::View& view, const TimeoutSettings& limits,
                                                   TimePoint now) {
  std::optional<Due> result;
  if (limits.idle) result = Due{(view.parked ? view.last_active : now) + *limits.idle, EndReason::idle_timeout};
  if (limits.session) {
    const TimePoint end = view.opened + *limits.session;
    // A running turn minds the limit itself; look again soon, in case it parks just before.
    const TimePoint when = view.parked ? end : std::max(end, now + milliseconds{100});
    if (!result || when < result->when) result = Due{when, EndReason::session_limit};
  }
  return result;
}

TimingWheel ParkedLimits::make_wheel(TimePoint now) const {
  const auto limits = settings_.get()->timeouts;
  const auto shortest =
      std::min(limits.idle.value_or(milliseconds::max()), limits.session.value_or(milliseconds::max()));
  return TimingWheel{std::clamp(shortest / 64, milliseconds{5}, milliseconds{500}), wheel_buckets, now};
}

}  // namespace echopool
