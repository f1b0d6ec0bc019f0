#include "dispatch/park/standby.hpp"

#include <algorithm>
#include <cerrno>
#include <limits>
#include <utility>

namespace echopool {

Standby::Standby(std::size_t processors, std::function<void()> unwatched)
    : most_on_duty_{static_cast<std::uint16_t>(
          std::clamp<std::size_t>(processors, 1, std::numeric_limits<std::uint16_t>::max()))},
      unwatched_{std::move(unwatched)} {
  ::sem_init(&calls_, 0, 0);
}

Standby::~Standby() { ::sem_destroy(&calls_); }

bool Standby::may_watch(const State& state) const noexcept {
  return state.released != 0 || (state.watching < watchers && state.on_duty < most_on_duty_);
}

template <class Change>
Standby::State Standby::update(Change change) noexcept {
  State seen = state_.load(std::memory_order_relaxed);
  State wanted;
  bool call = false;
  do {
    wanted = seen;
    change(wanted);
    call = wanted.standing_by > 0 && (wanted.released != 0 || (wanted.watching == 0 && may_watch(wanted)));
    if (call) {  // counted here, not by who is called, so that nobody else is called for the same
      --wanted.standing_by;
      ++wanted.watching;
      ++wanted.on_duty;
    }
  } while (!state_.compare_exchange_weak(seen, wanted, std::memory_order_seq_cst));
  if (call) ::sem_post(&calls_);
  return wanted;
}

void Standby::watch(Duty& mine) noexcept {
  const bool counted = mine.counted_.exchange(false, std::memory_order_acq_rel);
  bool waits = false;
  const State now = update([&](State& state) {
    if (counted) --state.on_duty;
    waits = !may_watch(state);
    if (waits) {
      ++state.standing_by;
    } else {
      ++state.watching;
      ++state.on_duty;
    }
  });
  if (waits && now.watching == 0) unwatched_();
  while (waits) waits = ::sem_wait(&calls_) != 0 && errno == EINTR;
  mine.counted_.store(true, std::memory_order_release);
}

void Standby::serve(Duty& mine, bool will_sleep) noexcept {
  const bool excused = will_sleep && mine.counted_.exchange(false, std::memory_order_acq_rel);
  const State now = update([&](State& state) {
    --state.watching;
    if (excused) --state.on_duty;
  });
  if (now.watching == 0) unwatched_();
}

void Standby::excuse(Duty& duty) noexcept {
  if (!duty.counted_.exchange(false, std::memory_order_acq_rel)) return;
  update([](State& state) { --state.on_duty; });
}

void Standby::release() noexcept {
  while (standing_by() > 0 || state_.load(std::memory_order_relaxed).released == 0)
    update([](State& state) { state.released = 1; });
}

bool Standby::unwatched() const noexcept { return state_.load(std::memory_order_seq_cst).is_unwatched(); }

bool Standby::all_serve() const noexcept { return not_serving() == 0; }

std::size_t Standby::not_serving() const noexcept {
  const State now = state_.load(std::memory_order_seq_cst);
  return std::size_t{now.watching} + now.standing_by;
}

int Standby::standing_by() const noexcept { return state_.load(std::memory_order_seq_cst).standing_by; }

}  // namespace echopool
