#include "dispatch/park/parked_limits.hpp"

#include <algorithm>
#include <new>
#include <numeric>
#include <utility>

namespace echopool {
namespace {

using std::chrono::milliseconds;

constexpr std::size_t wheel_buckets = 256;
/// A connection that is over a limit although what it waits for is there is looked at again after this.
constexpr std::chrono::seconds pause_for_ready{1};
/// How soon to try again when there was no memory.
constexpr milliseconds no_memory_pause{100};

}  // namespace

ParkedLimits::ParkedLimits(const LiveSettings& settings, const ParkingLot& lot, TimePoint now)
    : settings_{settings}, lot_{lot}, wheel_{make_wheel(now)}, scheduled_(lot.size(), TimePoint::max()) {}

bool ParkedLimits::schedule(ParkingLot::Slot slot, WaitFor what, const WaitTimes& times) noexcept {
  const auto snapshot = settings_.get();
  const auto deadline = deadline_of(what, times, snapshot->timeouts);
  if (!deadline) return false;
  const std::lock_guard lock{mutex_};
  if (scheduled_[slot] <= deadline->when) return false;  // that look comes no later than this one would
  try {
    wheel_.insert(slot, deadline->when);
    scheduled_[slot] = deadline->when;
    if (planned_ && *planned_ <= deadline->when) return false;
    planned_ = deadline->when;
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
  std::vector<ParkingLot::Slot> looks;
  if (all) {
    wheel_ = make_wheel(now);
    scheduled_.assign(lot_.size(), TimePoint::max());
    looks.resize(lot_.size());
    std::iota(looks.begin(), looks.end(), ParkingLot::Slot{0});
  } else {
    looks = wheel_.advance(now);
  }
  for (const ParkingLot::Slot slot : looks) {
    if (!all && scheduled_[slot] > now) continue;  // out of date: there is, or was, an earlier entry
    scheduled_[slot] = TimePoint::max();
    const auto view = lot_.view(slot);
    const auto deadline = view.occupied ? due(view, snapshot->timeouts, now) : std::nullopt;
    if (!deadline) continue;
    const bool is_over = view.parked && deadline->when <= now;
    if (is_over) over.push_back({slot, view.arming});
    // One that is over a limit, and yet ready, waits for a worker: the next look at it need not be soon.
    scheduled_[slot] = is_over ? now + pause_for_ready : std::max(deadline->when, now + milliseconds{1});
    wheel_.insert(slot, scheduled_[slot]);
  }
  start_anew_ = false;
  return planned_ = wheel_.next();
} catch (const std::bad_alloc&) {
  return now + no_memory_pause;
}

std::optional<EndReason> ParkedLimits::exceeded(ParkingLot::Slot slot, TimePoint now) const {
  ParkingLot::View view = lot_.view(slot);
  view.parked = true;  // as it was found
  const auto deadline = due(view, settings_.get()->timeouts, now);
  return deadline && deadline->when <= now ? std::optional{deadline->reason} : std::nullopt;
}

std::optional<Deadline> ParkedLimits::due(const ParkingLot::View& view, const TimeoutSettings& limits, TimePoint now) {
  if (view.parked) return deadline_of(view.waits_for, view.times, limits);
  // A running turn minds the session limit itself; look again soon, in case it parks just before.
  const auto deadline =
      deadline_of(WaitFor::message, {.opened = view.times.opened, .active = now, .began = now}, limits);
  if (!deadline) return std::nullopt;
  return Deadline{std::max(deadline->when, now + milliseconds{100}), deadline->reason};
}

TimingWheel ParkedLimits::make_wheel(TimePoint now) const {
  const auto limits = settings_.get()->timeouts;
  milliseconds shortest = milliseconds::max();
  for (const Timeout& limit : {limits.idle, limits.receive, limits.message, limits.send, limits.session})
    shortest = std::min(shortest, limit.value_or(shortest));
  return TimingWheel{std::clamp(shortest / 64, milliseconds{5}, milliseconds{500}), wheel_buckets, now};
}

}  // namespace echopool
