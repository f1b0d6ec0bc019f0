// The seam between us and the kernel: every call that can fail or wait in a running server goes through here, so that a
// test can make the k-th one fail or move the clock. Internal. Stateless and callable from any thread.
#pragma once

#include <poll.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include <chrono>
#include <cstddef>

namespace echopool {

using TimePoint = std::chrono::steady_clock::time_point;

/// Each function is the system call of its name: same arguments, same result, errno.
class SystemCalls {
 public:
  virtual ~SystemCalls() = default;

  virtual ssize_t recv(int fd, void* into, std::size_t size, int flags) noexcept;
  virtual ssize_t send(int fd, const void* from, std::size_t size, int flags) noexcept;
  virtual int accept4(int fd, sockaddr* address, socklen_t* length, int flags) noexcept;
  virtual int shutdown(int fd, int how) noexcept;
  virtual int setsockopt(int fd, int level, int name, const void* value, socklen_t length) noexcept;
  virtual int ioctl(int fd, unsigned long request, int* value) noexcept;
  virtual int poll(pollfd* fds, nfds_t count, int timeout_ms) noexcept;
  virtual int epoll_ctl(int epoll, int operation, int fd, epoll_event* event) noexcept;
  virtual int epoll_wait(int epoll, epoll_event* events, int count, int timeout_ms) noexcept;
  virtual int recvmmsg(int fd, mmsghdr* messages, unsigned count, int flags) noexcept;
  virtual int sendmmsg(int fd, mmsghdr* messages, unsigned count, int flags) noexcept;

  /// CLOCK_MONOTONIC_COARSE (clock_gettime(2)): a tick (1 to 10 ms) behind at most, and several times cheaper than the
  /// exact clock. Good enough for every time limit, not for measuring.
  [[nodiscard]] virtual TimePoint now() noexcept;

  /// CLOCK_MONOTONIC: for measuring what takes less than a tick.
  [[nodiscard]] virtual TimePoint exact_now() noexcept;

  /// How often the calling thread has gone to sleep so far: ru_nvcsw of getrusage(2). Being made to wait for a
  /// processor is no sleep.
  [[nodiscard]] virtual long thread_sleeps() noexcept;

  /// How many processors the calling thread may use: sched_getaffinity(2). At least 1. A control group's quota does not
  /// show in it.
  [[nodiscard]] virtual std::size_t processors() noexcept;

  /// The real ones.
  static SystemCalls& real() noexcept;
};

}  // namespace echopool
