#include "faulty_calls.hpp"

#include <cerrno>

namespace echopool::test {

void FaultyCalls::fail(Call call, int error, int kth, int times) noexcept {
  call_ = call;
  error_ = error;
  kth_ = kth;
  times_ = times;
  calls_ = 0;
}

bool FaultyCalls::fails(Call call) noexcept {
  if (times_ == 0 || call != call_) return false;
  const int number = ++calls_;
  if (number < kth_ || number >= kth_ + times_) return false;
  errno = error_;
  return true;
}

ssize_t FaultyCalls::recv(int fd, void* into, std::size_t size, int flags) noexcept {
  return fails(Call::recv) ? -1 : SystemCalls::recv(fd, into, size, flags);
}

ssize_t FaultyCalls::send(int fd, const void* from, std::size_t size, int flags) noexcept {
  return fails(Call::send) ? -1 : SystemCalls::send(fd, from, size, flags);
}

int FaultyCalls::accept4(int fd, sockaddr* address, socklen_t* length, int flags) noexcept {
  return fails(Call::accept4) ? -1 : SystemCalls::accept4(fd, address, length, flags);
}

int FaultyCalls::shutdown(int fd, int how) noexcept {
  return fails(Call::shutdown) ? -1 : SystemCalls::shutdown(fd, how);
}

int FaultyCalls::setsockopt(int fd, int level, int name, const void* value, socklen_t length) noexcept {
  return fails(Call::setsockopt) ? -1 : SystemCalls::setsockopt(fd, level, name, value, length);
}

int FaultyCalls::ioctl(int fd, unsigned long request, int* value) noexcept {
  return fails(Call::ioctl) ? -1 : SystemCalls::ioctl(fd, request, value);
}

int FaultyCalls::poll(pollfd* fds, nfds_t count, int timeout_ms) noexcept {
  return fails(Call::poll) ? -1 : SystemCalls::poll(fds, count, timeout_ms);
}

int FaultyCalls::epoll_ctl(int epoll, int operation, int fd, epoll_event* event) noexcept {
  return fails(Call::epoll_ctl) ? -1 : SystemCalls::epoll_ctl(epoll, operation, fd, event);
}

int FaultyCalls::epoll_wait(int epoll, epoll_event* events, int count, int timeout_ms) noexcept {
  return fails(Call::epoll_wait) ? -1 : SystemCalls::epoll_wait(epoll, events, count, timeout_ms);
}

int FaultyCalls::recvmmsg(int fd, mmsghdr* messages, unsigned count, int flags) noexcept {
  return fails(Call::recvmmsg) ? -1 : SystemCalls::recvmmsg(fd, messages, count, flags);
}

int FaultyCalls::sendmmsg(int fd, mmsghdr* messages, unsigned count, int flags) noexcept {
  return fails(Call::sendmmsg) ? -1 : SystemCalls::sendmmsg(fd, messages, count, flags);
}

}  // namespace echopool::test
