#include "kernel/system_calls.hpp"

#include <sched.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <time.h>

#include <algorithm>
#include <thread>

namespace echopool {

ssize_t SystemCalls::recv(int fd, void* into, std::size_t size, int flags) noexcept {
  return ::recv(fd, into, size, flags);
}

ssize_t SystemCalls::send(int fd, const void* from, std::size_t size, int flags) noexcept {
  return ::send(fd, from, size, flags);
}

int SystemCalls::accept4(int fd, sockaddr* address, socklen_t* length, int flags) noexcept {
  return ::accept4(fd, address, length, flags);
}

int SystemCalls::shutdown(int fd, int how) noexcept { return ::shutdown(fd, how); }

int SystemCalls::setsockopt(int fd, int level, int name, const void* value, socklen_t length) noexcept {
  return ::setsockopt(fd, level, name, value, length);
}

int SystemCalls::ioctl(int fd, unsigned long request, int* value) noexcept { return ::ioctl(fd, request, value); }

int SystemCalls::poll(pollfd* fds, nfds_t count, int timeout_ms) noexcept { return ::poll(fds, count, timeout_ms); }

int SystemCalls::epoll_ctl(int epoll, int operation, int fd, epoll_event* event) noexcept {
  return ::epoll_ctl(epoll, operation, fd, event);
}

int SystemCalls::epoll_wait(int epoll, epoll_event* events, int count, int timeout_ms) noexcept {
  return ::epoll_wait(epoll, events, count, timeout_ms);
}

int SystemCalls::recvmmsg(int fd, mmsghdr* messages, unsigned count, int flags) noexcept {
  return ::recvmmsg(fd, messages, count, flags, nullptr);
}

int SystemCalls::sendmmsg(int fd, mmsghdr* messages, unsigned count, int flags) noexcept {
  return ::sendmmsg(fd, messages, count, flags);
}

TimePoint SystemCalls::now() noexcept {
  timespec time{};
  ::clock_gettime(CLOCK_MONOTONIC_COARSE, &time);
  return TimePoint{std::chrono::seconds{time.tv_sec} + std::chrono::nanoseconds{time.tv_nsec}};
}

TimePoint SystemCalls::exact_now() noexcept { return std::chrono::steady_clock::now(); }

long SystemCalls::thread_sleeps() noexcept {
  rusage usage{};
  ::getrusage(RUSAGE_THREAD, &usage);
  return usage.ru_nvcsw;
}

std::size_t SystemCalls::processors() noexcept {
  cpu_set_t set;
  if (::sched_getaffinity(0, sizeof set, &set) == 0) return static_cast<std::size_t>(CPU_COUNT(&set));
  return std::max(1U, std::thread::hardware_concurrency());  // more than a cpu_set_t can name
}

SystemCalls& SystemCalls::real() noexcept {
  static SystemCalls calls;
  return calls;
}

}  // namespace echopool
