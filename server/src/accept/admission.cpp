#include "accept/admission.hpp"

#include <utility>

namespace echopool {
namespace {

constexpr std::chrono::milliseconds patience_with_evicted{100};

}  // namespace

std::chrono::nanoseconds Admission::rate_delay(TimePoint now) {
  const auto per_second = settings_.get().limits.accept_rate;
  return per_second ? rate_.wait(Rate::of(*per_second), now) : std::chrono::nanoseconds::zero();
}

std::variant<Ticket, RefuseReason> Admission::admit(const Endpoint& peer, TimePoint now, const Evict& evict) {
  const LimitSettings& limits = settings_.get().limits;
  // It has been accepted already: with a token, if rate_delay() was heeded.
  if (limits.accept_rate) static_cast<void>(rate_.take(Rate::of(*limits.accept_rate), now));
  if (!access_.get().admits(peer)) return RefuseReason::access;
  auto ticket = seats_.try_take();
  if (!ticket && settings_.get().pool.overflow == Overflow::evict) ticket = take_from_another(evict);
  if (!ticket) return RefuseReason::connections;
  if (!seats_.count_source(*ticket, peer, limits.per_source)) return RefuseReason::per_source;
  return std::move(*ticket);
}

std::optional<Ticket> Admission::take_from_another(const Evict& evict) {
  const auto source = seats_.greediest_source();
  if (!source || !evict(*source)) return std::nullopt;
  // A worker may have to end it, to destroy its handler.
  static_cast<void>(seats_.wait_for_room_until(std::chrono::steady_clock::now() + patience_with_evicted));
  return seats_.try_take();
}

}  // namespace echopool
