// Signals as values that one thread waits for, instead of handlers that interrupt all of them. Internal. They must be
// blocked in every thread of the program: block() before there is a second one, so that all inherit the mask. Threads
// of the class Thread block them anyhow. One thread waits.
#pragma once

#include "unique_fd.hpp"

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

  /// Returns one pending signal of the set, after waiting for it at most `limit` (for ever without one). Returns
  /// nullopt if the limit has passed. The set must be blocked (sigtimedwait(2)).
  [[nodiscard]] std::optional<int> wait(std::optional<std::chrono::milliseconds> limit) const;

 private:
  friend class SignalQueue;
  [[nodiscard]] bool is_blocked() const noexcept;

  sigset_t set_;
};

/// The signals of a set as a descriptor for poll(2), next to others (signalfd(2)).
class SignalQueue {
 public:
  /// Blocks the set in the calling thread. Throws StartError when there is no descriptor left.
  explicit SignalQueue(const SignalSet& signals);

  /// Readable while a signal of the set is pending.
  [[nodiscard]] int fd() const noexcept { return fd_.get(); }
  /// Takes one pending signal, if there is one.
  void take() const noexcept;

 private:
  UniqueFd fd_;
};

}  // namespace echopool
