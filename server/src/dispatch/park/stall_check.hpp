// Notices a worker whose turn blocks although it was not expected to: what that worker has taken from the set is given
// back, and another worker may take its place. Internal. Owned by the ParkDispatcher.
//
// request() is called by workers that publish a batch or leave the set unwatched, check() by the housekeeper every few
// milliseconds as long as that is needed. A worker publishes and then reads `running_`; the housekeeper clears
// `running_` and then looks at what is published. Both are sequentially consistent, so one of them sees the other.
#pragma once

#include "dispatch/park/ready_batch.hpp"
#include "dispatch/park/standby.hpp"
#include "housekeeping/housekeeper.hpp"

#include <atomic>
#include <chrono>
#include <cstddef>
#include <functional>
#include <optional>
#include <vector>

namespace echopool {

class StallCheck {
 public:
  /// How long what is ready may stand behind a turn that blocks: one to two of these.
  static constexpr std::chrono::milliseconds interval{4};

  /// What the check sees of a worker.
  struct alignas(64) Post {
    ReadyBatch batch;
    Standby::Duty duty;
  };

  /// The references must outlive it.
  StallCheck(std::size_t workers, Standby& standby, Housekeeper& housekeeper, SystemCalls& calls);

  /// Returns the post of one more worker. Requires that there are fewer than `workers`.
  [[nodiscard]] Post& join() noexcept;

  /// Starts the checks if they do not run.
  void request() noexcept;
  /// Excuses the workers whose turn blocks, and calls `rescue` for each connection that waits behind one. Returns the
  /// time of the next check, or nullopt if none is needed before a request(). The housekeeper's.
  [[nodiscard]] std::optional<TimePoint> check(TimePoint now, const std::function<void(ParkingLot::Key)>& rescue);

 private:
  /// Whether there is work that only a check could see blocked.
  [[nodiscard]] bool is_needed() const noexcept;
  /// Stops the checks, unless something was published meanwhile.
  [[nodiscard]] bool try_stop() noexcept;

  Standby& standby_;
  Housekeeper& housekeeper_;
  SystemCalls& calls_;
  std::vector<Post> posts_;
  std::atomic<std::size_t> taken_{0};
  std::atomic<bool> running_{false};
  int quiet_checks_ = 0;  // the housekeeper's, as is when it last checked
  TimePoint last_check_;
};

}  // namespace echopool
