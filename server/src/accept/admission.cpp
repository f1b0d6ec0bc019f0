#include "accept/admission.hpp"

#include <utility>

namespace echopool {

std::chrono::nanoseconds Admission::rate_delay(TimePoint now) {
  const auto per_second = settings_.get().limits.accept_rate;
  return per_second ? rate_.wait(Rate::of(*per_second), now) : std::chrono::nanoseconds::zero();
}

std::variant<Ticket, RefuseReason> Admission::admit(const Endpoint& peer, TimePoint now) {
  const LimitSettings& limits = settings_.get().limits;
  // It has been accepted already: with a token, if rate_delay() was heeded.
  if (limits.accept_rate) static_cast<void>(rate_.take(Rate::of(*limits.accept_rate), now));
  if (!access_.get().admits(peer)) return RefuseReason::access;
  auto ticket = seats_.try_take();
  if (!ticket) return RefuseReason::connections;
  if (limits.per_source && !seats_.count_source(*ticket, peer, *limits.per_source)) return RefuseReason::per_source;
  return std::move(*ticket);
}

}  // namespace echopool
