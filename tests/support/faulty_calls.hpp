// System calls that are real but for the k-th of one kind, which fails, and a server that makes them. For tests only.
// Any thread may call; fail() comes before the first of them.
#pragma once

#include "kernel/system_calls.hpp"
#include "server_impl.hpp"

#include <atomic>

namespace echopool {

/// The way past the public API, to a server with system calls of one's own.
struct ServerInternals {
  using Impl = Server::Impl;
};

}  // namespace echopool

namespace echopool::test {

enum class Call { recv, send, accept4, shutdown, setsockopt, ioctl, poll, epoll_ctl, epoll_wait, recvmmsg, sendmmsg };

class FaultyCalls : public SystemCalls {
 public:
  /// The k-th call from now, `times` in a row, fail with `error`; what they were to do is not done.
  void fail(Call call, int error, int kth, int times = 1) noexcept;
  /// Whether there was a k-th one.
  [[nodiscard]] bool has_failed() const noexcept { return calls_ >= kth_; }
  [[nodiscard]] int calls() const noexcept { return calls_; }

  ssize_t recv(int fd, void* into, std::size_t size, int flags) noexcept override;
  ssize_t send(int fd, const void* from, std::size_t size, int flags) noexcept override;
  int accept4(int fd, sockaddr* address, socklen_t* length, int flags) noexcept override;
  int shutdown(int fd, int how) noexcept override;
  int setsockopt(int fd, int level, int name, const void* value, socklen_t length) noexcept override;
  int ioctl(int fd, unsigned long request, int* value) noexcept override;
  int poll(pollfd* fds, nfds_t count, int timeout_ms) noexcept override;
  int epoll_ctl(int epoll, int operation, int fd, epoll_event* event) noexcept override;
  int epoll_wait(int epoll, epoll_event* events, int count, int timeout_ms) noexcept override;
  int recvmmsg(int fd, mmsghdr* messages, unsigned count, int flags) noexcept override;
  int sendmmsg(int fd, mmsghdr* messages, unsigned count, int flags) noexcept override;

 private:
  /// True, with errno set, when this call is one that fails.
  bool fails(Call call) noexcept;

  Call call_{};
  int error_ = 0;
  int kth_ = 0;
  int times_ = 0;
  std::atomic<int> calls_{0};
};

}  // namespace echopool::test
