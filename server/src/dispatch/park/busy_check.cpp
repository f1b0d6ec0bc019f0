#include "dispatch/park/busy_check.hpp"

#include <new>
#include <vector>

namespace echopool {
namespace {

constexpr int quiet_checks_to_stop = 2;

/// What poll(2) has to see for the connection to go on.
short events_for(WaitFor what) noexcept {
  switch (what) {
    case WaitFor::message:
    case WaitFor::rest:
      return POLLIN;
    case WaitFor::room:
      return POLLOUT;
    case WaitFor::turn:
      return POLLIN | POLLOUT;
    case WaitFor::share:
      break;
  }
  return 0;
}

}  // namespace

std::optional<TimePoint> BusyCheck::check(TimePoint now) try {
  if (!running_.load(std::memory_order_acquire)) return std::nullopt;
  if (next_ && now < *next_) return next_;
  next_ = now + BusyWarning::patience;
  if (set_.mark_was_reached()) mark_placed_.reset();
  if (!standby_.all_serve()) {
    if (!mark_placed_ && ++quiet_checks_ >= quiet_checks_to_stop && try_stop()) return next_ = std::nullopt;
    return next_;
  }
  quiet_checks_ = 0;
  if (!mark_placed_) {
    mark_placed_ = now;
    set_.place_mark();
  } else if (now - *mark_placed_ >= BusyWarning::patience) {
    if (const std::size_t ready = count_ready(); ready != 0) warning_.tell(now, ready, now - *mark_placed_);
  }
  return next_;
} catch (const std::bad_alloc&) {
  return next_;
}

std::size_t BusyCheck::count_ready() const {
  if (!standby_.all_serve()) return 0;
  std::vector<pollfd> waits;
  for (ParkingLot::Slot slot = 0; slot < lot_.size(); ++slot)
    if (const auto view = lot_.view(slot); view.parked)
      if (const short events = events_for(view.waits_for); events != 0)
        waits.push_back({.fd = view.fd, .events = events, .revents = 0});
  return set_.count_ready(waits);
}

bool BusyCheck::try_stop() noexcept {
  quiet_checks_ = 0;
  running_.store(false, std::memory_order_seq_cst);
  if (!standby_.all_serve()) return true;
  running_.store(true, std::memory_order_seq_cst);
  return false;
}

}  // namespace echopool
