// Knows when a parked connection has waited too long or lived too long, by deadline_of(). Internal. schedule() is
// called by the owner of a connection, look() by the housekeeper, start_anew() by any thread.
//
// A connection has an entry in a timing wheel, which is not moved while the connection is used: a look at one that was
// active since finds when it is really due, and puts it back. Only a wait that ends before the entry is due gets
// another entry; the later one is then out of date. A slot whose connection has ended is found free, or with a
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

  /// A connection that is being parked waits for this, since then. True: the next look must be earlier than look() last
  /// returned.
  [[nodiscard]] bool schedule(ParkingLot::Slot slot, WaitFor what, const WaitTimes& times) noexcept;
  /// The settings have changed: the next look is at every slot.
  void start_anew() noexcept;

  /// Finds which connections are over a limit, as far as can be seen without owning them. Returns the time of the next
  /// look; nullopt: only after a schedule().
  [[nodiscard]] std::optional<TimePoint> look(std::vector<ParkingLot::Key>& over, TimePoint now);
  /// For the owner of a connection that was found: over which limit it is, if it still is.
  [[nodiscard]] std::optional<EndReason> exceeded(ParkingLot::Slot slot, TimePoint now) const;

 private:
  /// When a slot must be looked at again, and how its connection would end then.
  [[nodiscard]] static std::optional<Deadline> due(const ParkingLot::View& view, const TimeoutSettings& limits,
                                                   TimePoint now);
  [[nodiscard]] TimingWheel make_wheel(TimePoint now) const;

  const LiveSettings& settings_;
  const ParkingLot& lot_;

  std::mutex mutex_;
  TimingWheel wheel_;                 // guarded by mutex_, as is all that follows
  std::vector<TimePoint> scheduled_;  // by slot: when its earliest entry is due, or max() if it has none
  bool start_anew_ = false;
  std::optional<TimePoint> planned_;  // the next look
};

}  // namespace echopool
