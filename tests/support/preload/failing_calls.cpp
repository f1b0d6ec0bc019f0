// Preloaded into a program (LD_PRELOAD, ld.so(8)), makes one of its C library calls fail. What and when is said in the
// environment: ECHOPOOL_FAIL=CALL:ERRNO:K[:TIMES], for example accept4:24:2. The k-th call, and TIMES - 1 after
// it, fail; what they were to do is not done. The first one is announced on standard error.
#include <dlfcn.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace {

class Fault {
 public:
  Fault() {
    const char* text = std::getenv("ECHOPOOL_FAIL");
    if (text == nullptr) return;
    char name[32]{};
    int error = 0;
    int kth = 0;
    int times = 1;
    if (std::sscanf(text, "%31[a-z0-9_]:%d:%d:%d", name, &error, &kth, &times) < 3) std::abort();
    std::memcpy(name_, name, sizeof name_);
    error_ = error;
    kth_ = kth;
    times_ = times;
  }

  /// True, with errno set, when this call is one that fails.
  bool strikes(const char* name) noexcept {
    if (std::strcmp(name, name_) != 0) return false;
    const int number = ++calls_;
    if (number < kth_ || number >= kth_ + times_) return false;
    if (number == kth_) {
      constexpr char message[] = "a call fails on purpose\n";
      [[maybe_unused]] const auto written = ::write(STDERR_FILENO, message, sizeof message - 1);
    }
    errno = error_;
    return true;
  }

 private:
  char name_[32]{};
  int error_ = 0;
  int kth_ = 0;
  int times_ = 0;
  std::atomic<int> calls_{0};
};

Fault& fault() noexcept {
  static Fault the_one;
  return the_one;
}

/// Returns -1 when this call is one that fails, and what the real function returns otherwise.
template <class Result, class... Parameters>
Result call(const char* name, Parameters... arguments) noexcept {
  if (fault().strikes(name)) return -1;
  using Real = Result (*)(Parameters...);
  return reinterpret_cast<Real>(::dlsym(RTLD_NEXT, name))(arguments...);
}

}  // namespace

#define ECHOPOOL_CALLABLE extern "C" __attribute__((visibility("default")))

ECHOPOOL_CALLABLE ssize_t recv(int fd, void* into, std::size_t size, int flags) {
  return call<ssize_t>("recv", fd, into, size, flags);
}

ECHOPOOL_CALLABLE ssize_t send(int fd, const void* from, std::size_t size, int flags) {
  return call<ssize_t>("send", fd, from, size, flags);
}

ECHOPOOL_CALLABLE int accept4(int fd, sockaddr* address, socklen_t* length, int flags) {
  return call<int>("accept4", fd, address, length, flags);
}

ECHOPOOL_CALLABLE int shutdown(int fd, int how) noexcept { return call<int>("shutdown", fd, how); }

ECHOPOOL_CALLABLE int setsockopt(int fd, int level, int name, const void* value, socklen_t length) noexcept {
  return call<int>("setsockopt", fd, level, name, value, length);
}

ECHOPOOL_CALLABLE int poll(pollfd* fds, nfds_t count, int timeout) { return call<int>("poll", fds, count, timeout); }

ECHOPOOL_CALLABLE int epoll_ctl(int epoll, int operation, int fd, epoll_event* event) noexcept {
  return call<int>("epoll_ctl", epoll, operation, fd, event);
}

ECHOPOOL_CALLABLE int epoll_wait(int epoll, epoll_event* events, int count, int timeout) {
  return call<int>("epoll_wait", epoll, events, count, timeout);
}

ECHOPOOL_CALLABLE int recvmmsg(int fd, mmsghdr* messages, unsigned count, int flags, timespec* timeout) {
  return call<int>("recvmmsg", fd, messages, count, flags, timeout);
}

ECHOPOOL_CALLABLE int sendmmsg(int fd, mmsghdr* messages, unsigned count, int flags) {
  return call<int>("sendmmsg", fd, messages, count, flags);
}

ECHOPOOL_CALLABLE int eventfd(unsigned value, int flags) noexcept { return call<int>("eventfd", value, flags); }

ECHOPOOL_CALLABLE int epoll_create1(int flags) noexcept { return call<int>("epoll_create1", flags); }

ECHOPOOL_CALLABLE int listen(int fd, int backlog) noexcept { return call<int>("listen", fd, backlog); }
