// Knows when a parked connection has waited too long or lived too long: `timeouts.idle` and `timeouts.session`.
// Internal. schedule() is the acceptor's, look() the reaper's, start_anew() anybody's.
//
// One entry a connection in a timing wheel, and none is moved while a connection is used: a look at one that was active
// since finds when it is really due, and puts it back. A place whose connection has ended is found free, or with a
// successor.
#pragma once

#include "dispatch/park/parking_lot.hpp"
#include "dispatch/park/timing_wheel.hpp"
#include "settings/live_settings.hpp"

#include <echopool/stats.hpp>

#include <mutex>
#include <optional>
#include <vector>

namespace echopool {

class ParkedLimits {
 public:
  /// Both references must outlive it.
  ParkedLimits(const LiveSettings& settings, const ParkingLot& lot, TimePoint now);

  /// A connection has come to the place. True: the next look must be earlier than look() last said.
  [[nodiscard]] bool schedule(ParkingLot::Place place, TimePoint now) noexcept;
  /// The settings have changed: the next look is at every place.
  void start_anew() noexcept;

  /// Finds which connections are over a limit, as far as can be seen without owning them. Gives the time of the next
  /// look; nullopt: only after a schedule().
  [[nodiscard]] std::optional<TimePoint> look(std::vector<ParkingLot::Key>& over, TimePoint now);
  /// For the owner of a connection that was found: over which limit it is, if it still is.
  [[nodiscard]] std::optional<EndReason> exceeded(ParkingLot::Place place, TimePoint now) const;

 private:
  /// When a place must be looked at again, and why it would end then.
  struct Due {
    TimePoint when;
    EndReason reason;
  };
  [[nodiscard]] static std::optional<Due> due(const ParkingLot::View& view, const TimeoutSettings& limits,
                                              TimePoint now);
  [[nodiscard]] TimingWheel make_wheel(TimePoint now) const;

  const LiveSettings& settings_;
  const ParkingLot& lot_;

  std::mutex mutex_;
  TimingWheel wheel_;            // guarded by mutex_, as is all that follows
  std::vector<bool> scheduled_;  // by place: it is in the wheel
  bool start_anew_ = false;
  std::optional<TimePoint> planned_;  // the next look
};

}  // namespace echopool
