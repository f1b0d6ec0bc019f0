// Ctrl-C done well: the first SIGINT or SIGTERM asks the work to end and be summed up, the second ends the process at
// once with status 130 (the same once more from the same process, within a second, is not a second one). Internal. Made
// by main() before any other thread (they inherit its signal mask); the rest is for any thread.
#pragma once

#include "thread.hpp"
#include "unique_fd.hpp"
#include "wake_fd.hpp"

#include <atomic>

namespace echopool::client {

class Interrupts {
 public:
  /// Blocks SIGINT, SIGTERM and, with `quit_asks`, SIGQUIT, and starts the thread that takes them; ignores SIGPIPE.
  explicit Interrupts(bool quit_asks = false);
  ~Interrupts();
  Interrupts(const Interrupts&) = delete;
  Interrupts& operator=(const Interrupts&) = delete;

  /// Readable from the first signal on.
  [[nodiscard]] int fd() const noexcept { return stop_.fd(); }
  [[nodiscard]] bool requested() const noexcept { return requested_.load(std::memory_order_relaxed); }
  /// Readable after a SIGQUIT, until taken: the user wants to see how far things are.
  [[nodiscard]] WakeFd& quit() noexcept { return quit_; }

 private:
  void take_signals();

  UniqueFd signals_;
  WakeFd stop_;
  WakeFd quit_;
  WakeFd done_;
  std::atomic<bool> requested_{false};
  Thread thread_;
};

}  // namespace echopool::client
