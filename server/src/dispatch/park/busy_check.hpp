// Notices that every worker serves and connections are ready that none takes. Internal. Owned by the ParkDispatcher.
//
// request() is called by a worker that begins to serve and leaves none to watch, check() by the housekeeper for as long
// as that goes on. How long a ready connection waits is measured with a mark in the epoll set, behind all that is
// ready: while no worker has come to it, what stood before it waits as well. As in StallCheck, request() and check()
// store first and load then.
#pragma once

#include "dispatch/busy_warning.hpp"
#include "dispatch/park/epoll_set.hpp"
#include "dispatch/park/parking_lot.hpp"
#include "dispatch/park/standby.hpp"
#include "housekeeping/housekeeper.hpp"

#include <atomic>
#include <optional>

namespace echopool {

class BusyCheck {
 public:
  /// The references must outlive it.
  BusyCheck(std::size_t workers, const Standby& standby, const ParkingLot& lot, EpollSet& set,
            const SessionTotals& totals, Housekeeper& housekeeper)
      : standby_{standby}, lot_{lot}, set_{set}, housekeeper_{housekeeper}, warning_{workers, totals} {}

  /// Starts the checks if they do not run.
  void request() noexcept {
    if (!running_.load(std::memory_order_seq_cst) && !running_.exchange(true)) housekeeper_.nudge();
  }
  /// Returns the time of the next check, or nullopt if none is needed before a request(). The housekeeper's.
  [[nodiscard]] std::optional<TimePoint> check(TimePoint now);
  /// How many parked connections are ready and find no worker; 0 as long as one watches. Any thread.
  [[nodiscard]] std::size_t count_ready() const;

 private:
  [[nodiscard]] bool try_stop() noexcept;

  const Standby& standby_;
  const ParkingLot& lot_;
  EpollSet& set_;
  Housekeeper& housekeeper_;
  BusyWarning warning_;
  std::atomic<bool> running_{false};
  int quiet_checks_ = 0;                  // the housekeeper's, as is what follows
  std::optional<TimePoint> mark_placed_;  // since then no worker has come to the mark
  std::optional<TimePoint> next_;
};

}  // namespace echopool
