#include "dispatch/park/input_share.hpp"

#include <echopool/log.hpp>

#include <algorithm>
#include <new>

namespace echopool {
namespace {

/// What a connection that reads on is expected to keep until the next look.
constexpr std::size_t expected_growth = 64 * 1024;

}  // namespace

void InputShare::request() noexcept {
  // Sequentially consistent: the slot's word was stored before, and hand_out() takes this away before it looks there.
  if (!wanted_.exchange(true)) housekeeper_.nudge();
}

std::optional<TimePoint> InputShare::hand_out(TimePoint now, const Give& give) {
  try {
    return give_what_is_free(now, give);
  } catch (const std::bad_alloc&) {
    wanted_.store(true);
    return now + interval;
  }
}

std::optional<TimePoint> InputShare::give_what_is_free(TimePoint now, const Give& give) {
  if (!wanted_.exchange(false) && !favoured_) return std::nullopt;
  if (favoured_ && favour_is_over()) {
    favoured_.reset();
    totals_.favoured.store(0, std::memory_order_relaxed);
  }
  const auto waiting = find_waiting();
  if (waiting.empty()) return favoured_ ? std::optional{now + interval} : std::nullopt;
  wanted_.store(true);
  warn(now, waiting.size());

  const std::size_t limit = settings_.get()->limits.input.bytes();
  std::size_t kept = totals_.input.load(std::memory_order_relaxed);
  for (const Waiting& each : waiting) {
    const bool has_room = kept < limit;
    if (!has_room && favoured_) break;
    if (!give(each.key, !has_room)) continue;
    if (!has_room) favoured_ = each;
    kept += expected_growth;
  }
  return now + interval;
}

std::vector<InputShare::Waiting> InputShare::find_waiting() const {
  std::vector<Waiting> found;
  for (ParkingLot::Slot slot = 0; slot < lot_.size(); ++slot) {
    const auto view = lot_.view(slot);
    if (view.parked && view.waits_for == WaitFor::share)
      found.push_back({{slot, view.arming}, view.times.opened, view.times.began});
  }
  std::ranges::sort(found, {}, &Waiting::began);
  return found;
}

bool InputShare::favour_is_over() const noexcept {
  const auto view = lot_.view(favoured_->key.slot);
  if (!view.occupied || view.times.opened != favoured_->opened) return true;
  return view.parked && (!waits_for_more(view.waits_for) || view.times.began != favoured_->began);
}

void InputShare::warn(TimePoint now, std::size_t waiting) {
  if (warnings_.note(now) == 0) return;
  log_event(LogLevel::warning, "input limit reached",
            {{"kept", totals_.input.load(std::memory_order_relaxed)},
             {"limit", settings_.get()->limits.input.bytes()},
             {"waiting", waiting}});
}

}  // namespace echopool
