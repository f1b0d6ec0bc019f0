// The thread that does what no worker should wait for: it ends connections whose time is over, finishes lingering
// closes, looks for stalled workers, writes lines that were held back. Internal. Owned by the Server. nudge() may be
// called from any thread, everything else by the owner.
#pragma once

#include "kernel/system_calls.hpp"
#include "thread.hpp"
#include "wake_fd.hpp"

#include <atomic>
#include <functional>
#include <optional>
#include <vector>

namespace echopool {

class Housekeeper {
 public:
  /// Does what is due at `now` and returns when it wants to be called next; nullopt: only after a nudge() or when its
  /// descriptor is readable.
  using Work = std::function<std::optional<TimePoint>(TimePoint now)>;
  struct Chore {
    Work work;
    int fd = -1;  ///< readable: the chore has something to do; -1: it has none
  };

  /// `calls` must outlive it. Throws StartError.
  explicit Housekeeper(SystemCalls& calls) : calls_{calls} {}
  ~Housekeeper() { stop(); }

  /// Starts the thread, "housekeeper". `begin` runs on it first. The chores are called there, in this order, whenever
  /// one of them is due. Throws StartError.
  void start(std::vector<Chore> chores, std::function<void()> begin = {});
  /// Every chore is called soon.
  void nudge() noexcept { wake_.wake(); }
  /// Waits for the thread. The chores are called once more before it ends. What they use must live until then.
  void stop();

 private:
  void run();

  SystemCalls& calls_;
  WakeFd wake_;
  std::vector<Chore> chores_;
  std::function<void()> begin_;
  std::vector<pollfd> ready_;  // wake_, then the chores' descriptors
  std::atomic<bool> stopping_{false};
  Thread thread_;
};

}  // namespace echopool
