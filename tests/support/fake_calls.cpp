#include "fake_calls.hpp"

#include <linux/sockios.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <algorithm>
#include <utility>

namespace echopool::test {

ssize_t FakeCalls::recv(int, void* into, std::size_t size, int) noexcept {
  if (before_receive) before_receive();
  if (receives.empty()) return 0;
  Step& step = receives.front();
  clock += std::exchange(step.takes, std::chrono::milliseconds{0});
  if (step.error != 0) {
    errno = step.error;
    receives.pop_front();
    return -1;
  }
  const std::size_t n = std::min(size, step.data.size());
  std::memcpy(into, step.data.data(), n);
  step.data.erase(0, n);
  if (step.data.empty()) receives.pop_front();
  return static_cast<ssize_t>(n);
}

ssize_t FakeCalls::send(int, const void* from, std::size_t size, int) noexcept {
  Step step = takes(size);
  if (!sends.empty()) {
    step = sends.front();
    sends.pop_front();
  }
  clock += step.takes;
  if (step.error != 0) {
    errno = step.error;
    return -1;
  }
  const std::size_t n = std::min(size, step.size);
  sent.append(static_cast<const char*>(from), n);
  return static_cast<ssize_t>(n);
}

int FakeCalls::setsockopt(int, int level, int name, const void* value, socklen_t length) noexcept {
  if (level == SOL_SOCKET && (name == SO_RCVTIMEO || name == SO_SNDTIMEO) && length == sizeof(timeval)) {
    timeval limit{};
    std::memcpy(&limit, value, sizeof limit);
    armed.push_back({name, std::chrono::seconds{limit.tv_sec} + std::chrono::duration_cast<std::chrono::milliseconds>(
                                                                    std::chrono::microseconds{limit.tv_usec})});
  }
  return 0;
}

int FakeCalls::shutdown(int, int how) noexcept {
  shutdowns.push_back(how);
  return 0;
}

int FakeCalls::ioctl(int, unsigned long request, int* value) noexcept {
  *value = request == SIOCINQ ? inq : outq;
  return 0;
}

}  // namespace echopool::test
