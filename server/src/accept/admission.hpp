// Every rule for letting a connection in: `limits.connections`, `accept_rate` and `per_source`, and the access list.
// Internal. Belongs to the acceptor's thread; a reload reaches it through the live settings.
#pragma once

#include "limits/access_list.hpp"
#include "limits/seats.hpp"
#include "limits/token_bucket.hpp"
#include "settings/live_settings.hpp"

#include <echopool/settings.hpp>
#include <echopool/stats.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <variant>

namespace echopool {

class Admission {
 public:
  using TimePoint = TokenBucket::Time;

  /// All references must outlive it.
  Admission(Seats& seats, const LiveSettings& settings, const Live<AccessList>& access)
      : seats_{seats}, settings_{settings}, access_{access} {}

  /// Waits until a connection can have a seat, if one for which there is none is to wait (`pool.overflow`). Returns
  /// false when the seats are closed.
  [[nodiscard]] bool wait_for_seat() { return !overflow_waits() || seats_.wait_for_room(); }
  [[nodiscard]] bool overflow_waits() { return settings_.get().pool.overflow == Overflow::wait; }
  /// Returns how long it takes until `limits.accept_rate` allows one more connection; zero if it does now.
  [[nodiscard]] std::chrono::nanoseconds rate_delay(TimePoint now);

  /// Decides about a connection that has been accepted, and counts it against the rate. Returns its seat, counted
  /// against its source as well, or why it is refused. `evict`: ends a connection of that source that waits, so that
  /// its seat will be free; returns false if there is none.
  using Evict = std::function<bool(std::uint64_t source)>;
  [[nodiscard]] std::variant<Ticket, RefuseReason> admit(const Endpoint& peer, TimePoint now, const Evict& evict);

 private:
  /// The seat of a connection that was evicted.
  [[nodiscard]] std::optional<Ticket> take_from_another(const Evict& evict);

  Seats& seats_;
  LiveSettings::Reader settings_;
  Live<AccessList>::Reader access_;
  TokenBucket rate_;
};

}  // namespace echopool
