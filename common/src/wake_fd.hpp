// Wakes a thread that waits in poll(2) or epoll_wait(2). Internal. wake() from any thread; drain() by the waiter.
#pragma once

#include "unique_fd.hpp"

namespace echopool {

class WakeFd {
 public:
  /// Throws StartError when there is no descriptor left.
  WakeFd();

  [[nodiscard]] int fd() const noexcept { return fd_.get(); }
  /// Readable from now on, until drain().
  void wake() noexcept;
  void drain() noexcept;

 private:
  UniqueFd fd_;
};

}  // namespace echopool
