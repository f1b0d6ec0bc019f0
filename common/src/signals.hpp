// Signals as values that one thread waits for, instead of handlers that interrupt all of them. Internal. block() before
// any other thread exists, so that every thread inherits the mask; wait() by one thread.
#pragma once

#include <signal.h>

#include <chrono>
#include <initializer_list>
#include <optional>

namespace echopool {

class SignalSet {
 public:
  explicit SignalSet(std::initializer_list<int> signals);

  /// Blocks the set in the calling thread and in those it creates from now on (pthread_sigmask(3)).
  void block() const;

  /// Takes one pending signal of the set, waiting for it at most `limit` (for ever without one). nullopt: the limit has
  /// passed. The set must be blocked (sigtimedwait(2)).
  [[nodiscard]] std::optional<int> wait(std::optional<std::chrono::milliseconds> limit) const;

 private:
  sigset_t set_;
};

}  // namespace echopool
