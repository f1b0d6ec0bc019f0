// Hands out what `limits.input` leaves: which of the connections in the middle of a message may read on. Internal.
// Owned by the ParkDispatcher; request() is called by workers, hand_out() by the housekeeper.
//
// A worker that finds the limit reached parks its connection for a share (WaitFor::share), with what is still in the
// kernel unread, so that its peer finds no room there. While any waits, the housekeeper looks again and again: as long
// as there is room, those whose messages began first read on. Without room one of them is favoured: it reads on until
// its message is whole, so that unfinished messages that fill the limit do not wait for each other.
#pragma once

#include "dispatch/park/parking_lot.hpp"
#include "housekeeping/housekeeper.hpp"
#include "limits/log_limiter.hpp"
#include "session/session_totals.hpp"
#include "settings/live_settings.hpp"

#include <atomic>
#include <chrono>
#include <functional>
#include <optional>
#include <vector>

namespace echopool {

class InputShare {
 public:
  /// How often it is looked whether there is room again.
  static constexpr std::chrono::milliseconds interval{10};

  /// Lets a connection read on. Returns false if it no longer waits for its share.
  using Give = std::function<bool(ParkingLot::Key key, bool favoured)>;

  /// The references must outlive it.
  InputShare(const LiveSettings& settings, const ParkingLot& lot, SessionTotals& totals, Housekeeper& housekeeper)
      : settings_{settings}, lot_{lot}, totals_{totals}, housekeeper_{housekeeper} {}

  /// A connection has been parked for a share.
  void request() noexcept;
  /// Calls `give` for those that may read on. Returns when it is to be called again, or nullopt: after a request().
  [[nodiscard]] std::optional<TimePoint> hand_out(TimePoint now, const Give& give);

 private:
  /// hand_out(), but it throws std::bad_alloc.
  [[nodiscard]] std::optional<TimePoint> give_what_is_free(TimePoint now, const Give& give);

  struct Waiting {
    ParkingLot::Key key;
    TimePoint opened;
    TimePoint began;
  };

  /// Those that wait for a share, those first whose message began first. Throws std::bad_alloc.
  [[nodiscard]] std::vector<Waiting> find_waiting() const;
  /// Whether the message of the favoured connection is whole, or the connection has ended.
  [[nodiscard]] bool favour_is_over() const noexcept;
  void warn(TimePoint now, std::size_t waiting);

  const LiveSettings& settings_;
  const ParkingLot& lot_;
  SessionTotals& totals_;
  Housekeeper& housekeeper_;
  std::atomic<bool> wanted_{false};
  std::optional<Waiting> favoured_;  // the housekeeper's, as is what follows
  LogLimiter warnings_;
};

}  // namespace echopool
