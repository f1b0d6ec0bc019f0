#include "accept/refusal_log.hpp"

#include <echopool/log.hpp>

#include <algorithm>
#include <utility>

namespace echopool {
namespace {

constexpr std::chrono::seconds interval{1};

}  // namespace

void RefusalLog::note(RefuseReason reason, const Endpoint& peer, TimePoint now) noexcept {
  Kind& kind = kinds_[static_cast<std::size_t>(reason)];
  ++kind.pending;
  kind.last_peer = peer;
  if (!kind.written || now - *kind.written >= interval) write(reason, kind, now);
}

void RefusalLog::flush(TimePoint now, bool all) noexcept {
  for (std::size_t i = 0; i < kinds_.size(); ++i) {
    Kind& kind = kinds_[i];
    if (kind.pending != 0 && (all || now - *kind.written >= interval)) write(static_cast<RefuseReason>(i), kind, now);
  }
}

std::optional<TimePoint> RefusalLog::next() const noexcept {
  std::optional<TimePoint> next;
  for (const Kind& kind : kinds_)
    if (kind.pending != 0) next = std::min(next.value_or(TimePoint::max()), *kind.written + interval);
  return next;
}

void RefusalLog::write(RefuseReason reason, Kind& kind, TimePoint now) noexcept {
  const auto count = std::exchange(kind.pending, 0);
  kind.written = now;
  log_event(LogLevel::notice, "connection refused",
            {{"peer", kind.last_peer}, {"reason", to_string(reason)}, {"count", count}});
}

}  // namespace echopool
