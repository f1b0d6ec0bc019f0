#include "session/time_limits.hpp"

namespace echopool {

std::optional<Deadline> deadline_of(WaitFor what, const WaitTimes& times, const TimeoutSettings& limits) noexcept {
  std::optional<Deadline> earliest;
  const auto strikes = [&earliest](Timeout limit, TimePoint since, EndReason reason) {
    if (limit && (!earliest || since + *limit < earliest->when)) earliest = Deadline{since + *limit, reason};
  };
  switch (what) {
    case WaitFor::message:
      strikes(limits.idle, times.active, EndReason::idle_timeout);
      break;
    case WaitFor::rest:
      strikes(limits.receive, times.active, EndReason::receive_timeout);
      strikes(limits.message, times.began, EndReason::message_timeout);
      break;
    case WaitFor::share:  // that no piece comes is not the peer's doing
      strikes(limits.message, times.began, EndReason::message_timeout);
      break;
    case WaitFor::room:
      strikes(limits.send, times.began, EndReason::send_timeout);
      break;
    case WaitFor::turn:  // it is armed for room, and strikes only if there is none: see ParkDispatcher::end_overdue()
      strikes(limits.send, times.active, EndReason::send_timeout);
      break;
  }
  strikes(limits.session, times.opened, EndReason::session_limit);
  return earliest;
}

}  // namespace echopool
