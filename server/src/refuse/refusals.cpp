#include "refuse/refusals.hpp"

#include <echopool/log.hpp>

#include <algorithm>
#include <utility>

namespace echopool {
namespace {

void write(RefuseReason reason, const Endpoint& last_peer, std::uint64_t count) noexcept {
  log_event(LogLevel::notice, "connection refused",
            {{"peer", last_peer}, {"reason", to_string(reason)}, {"count", count}});
}

}  // namespace

Refusals::Refusals(Counters& counters, SystemCalls& calls, std::function<void()> held_back)
    : counters_{counters}, calls_{calls}, held_back_{std::move(held_back)} {}

void Refusals::refuse(Stream& stream, const Endpoint& peer, RefuseReason reason) noexcept {
  stream.reset_on_close();
  count(peer, reason);
}

void Refusals::count(const Endpoint& peer, RefuseReason reason) noexcept {
  counters_.add_refused(reason);
  const TimePoint now = calls_.now();
  std::uint64_t to_report = 0;
  bool first_held_back = false;
  {
    const std::lock_guard lock{mutex_};
    Kind& kind = kinds_[static_cast<std::size_t>(reason)];
    first_held_back = !kind.limiter.due();
    kind.last_peer = peer;
    to_report = kind.limiter.note(now);
  }
  if (to_report != 0)
    write(reason, peer, to_report);
  else if (first_held_back && held_back_)
    held_back_();
}

std::optional<TimePoint> Refusals::flush(TimePoint now) noexcept {
  std::optional<TimePoint> next;
  for (std::size_t i = 0; i < kinds_.size(); ++i) {
    Endpoint last_peer;
    std::uint64_t count = 0;
    {
      const std::lock_guard lock{mutex_};
      Kind& kind = kinds_[i];
      const auto due = kind.limiter.due();
      if (due && *due > now) next = std::min(next.value_or(TimePoint::max()), *due);
      if (!due || *due > now) continue;
      last_peer = kind.last_peer;
      count = kind.limiter.take(now);
    }
    write(static_cast<RefuseReason>(i), last_peer, count);
  }
  return next;
}

void Refusals::flush_all() noexcept { static_cast<void>(flush(TimePoint::max())); }

}  // namespace echopool
