#include "dispatch/park/stall_check.hpp"

#include <algorithm>
#include <cassert>

namespace echopool {
namespace {

constexpr int quiet_checks_to_stop = 2;
/// A batch is meant to take half a millisecond. One that is still there at so many checks has met handlers that have
/// become slow, if not so slow that one turn stalls: what is left of it would wait for all of them.
constexpr int most_checks_of_a_batch = 4;

}  // namespace

StallCheck::StallCheck(std::size_t workers, Standby& standby, Housekeeper& housekeeper, SystemCalls& calls)
    : standby_{standby}, housekeeper_{housekeeper}, calls_{calls}, posts_(workers) {}

StallCheck::Post& StallCheck::join() noexcept {
  const std::size_t index = taken_.fetch_add(1, std::memory_order_relaxed);
  assert(index < posts_.size());
  return posts_[index];
}

void StallCheck::request() noexcept {
  if (!running_.load(std::memory_order_seq_cst) && !running_.exchange(true)) housekeeper_.nudge();
}

std::optional<TimePoint> StallCheck::check(TimePoint now, const std::function<void(ParkingLot::Key)>& rescue) {
  if (!running_.load(std::memory_order_acquire)) return std::nullopt;
  // The housekeeper comes here for other reasons too, and a worker that has not moved for a moment does not block.
  const TimePoint exact = calls_.exact_now();
  if (exact - last_check_ < interval)
    return now + std::chrono::ceil<std::chrono::milliseconds>(last_check_ + interval - exact);
  last_check_ = exact;
  bool busy = false;
  for (Post& post : posts_) {
    const bool serves = post.batch.is_served();  // first: what is published after it counts as a move
    const bool stalls = post.batch.made_no_progress();
    const bool is_late = post.batch.times_seen() > most_checks_of_a_batch;
    busy = busy || !stalls;
    if (!serves || (!stalls && !is_late)) continue;
    if (stalls) standby_.excuse(post.duty);
    post.batch.for_each_waiting(rescue);
  }
  busy = busy || is_needed();
  quiet_checks_ = busy ? 0 : quiet_checks_ + 1;
  if (quiet_checks_ >= quiet_checks_to_stop && try_stop()) return std::nullopt;
  return now + interval;
}

bool StallCheck::is_needed() const noexcept {
  return standby_.unwatched() ||
         std::any_of(posts_.begin(), posts_.end(), [](const Post& post) { return post.batch.has_waiting(); });
}

bool StallCheck::try_stop() noexcept {
  quiet_checks_ = 0;
  running_.store(false, std::memory_order_seq_cst);
  if (!is_needed()) return true;
  running_.store(true, std::memory_order_seq_cst);
  return false;
}

}  // namespace echopool
