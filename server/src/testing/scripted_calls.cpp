#include "testing/scripted_calls.hpp"

#include <linux/sockios.h>
#include <sys/ioctl.h>
#include <sys/time.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace echopool {
namespace {

using std::chrono::milliseconds;

/// A wait without a limit would never end here: after so many the connection is given up, as the kernel would.
constexpr int most_fruitless_waits = 1'000;

}  // namespace

milliseconds ScriptedCalls::silence() const noexcept { return script.empty() ? pause_after : script.front().pause; }

void ScriptedCalls::pass(milliseconds time) noexcept {
  clock_ += time;
  milliseconds& pause = script.empty() ? pause_after : script.front().pause;
  pause -= std::min(pause, time);
}

bool ScriptedCalls::fails() noexcept { return ++operations == failing_operation; }

ssize_t ScriptedCalls::time_out(milliseconds limit) noexcept {
  pass(limit);
  errno = limit == milliseconds{0} || ++fruitless_ == most_fruitless_waits ? ETIMEDOUT : EAGAIN;
  return -1;
}

ssize_t ScriptedCalls::recv(int, void* into, std::size_t size, int flags) noexcept {
  const bool waits = (flags & MSG_DONTWAIT) == 0;
  if (fails()) {
    if (failure == EAGAIN && waits) return time_out(receive_limit);
    errno = failure;
    return -1;
  }
  const milliseconds silent = silence();
  if (!waits && (script.empty() || silent > milliseconds{0})) {
    errno = EAGAIN;
    return -1;
  }
  if (script.empty() || (receive_limit != milliseconds{0} && silent >= receive_limit)) return time_out(receive_limit);
  fruitless_ = 0;
  pass(silent);
  Step& step = script.front();
  if (step.error != 0) {
    errno = step.error;
    return -1;
  }
  const std::size_t n = std::min(size, step.data.size());
  if (n == 0) return 0;
  std::memcpy(into, step.data.data(), n);
  step.data.erase(0, n);
  if (step.data.empty()) script.pop_front();
  return static_cast<ssize_t>(n);
}

ssize_t ScriptedCalls::send(int, const void* from, std::size_t size, int flags) noexcept {
  if (fails()) {
    if (failure == EAGAIN && (flags & MSG_DONTWAIT) == 0) return time_out(send_limit);
    errno = failure;
    return -1;
  }
  if (shut_down) {
    errno = EPIPE;
    return -1;
  }
  sent.append(static_cast<const char*>(from), size);
  return static_cast<ssize_t>(size);
}

int ScriptedCalls::poll(pollfd* fds, nfds_t, int timeout_ms) noexcept {
  fds[1].revents = 0;
  if (::poll(fds, 1, 0) > 0) return 1;
  const milliseconds silent = silence();
  if (!script.empty() && (timeout_ms < 0 || silent <= milliseconds{timeout_ms})) {
    pass(silent);
    fds[1].revents = POLLIN;
    return 1;
  }
  if (timeout_ms < 0) fds[1].revents = POLLERR;  // for ever: the read will tell
  pass(milliseconds{std::max(timeout_ms, 0)});
  return timeout_ms < 0 ? 1 : 0;
}

int ScriptedCalls::setsockopt(int, int level, int name, const void* value, socklen_t length) noexcept {
  if (level != SOL_SOCKET || length != sizeof(timeval)) return 0;
  timeval limit{};
  std::memcpy(&limit, value, sizeof limit);
  const milliseconds time{limit.tv_sec * 1'000 + limit.tv_usec / 1'000};
  if (name == SO_RCVTIMEO) receive_limit = time;
  if (name == SO_SNDTIMEO) send_limit = time;
  return 0;
}

int ScriptedCalls::shutdown(int, int) noexcept {
  shut_down = true;
  return 0;
}

int ScriptedCalls::ioctl(int, unsigned long request, int* value) noexcept {
  *value = 0;
  if (request != SIOCINQ) return 0;
  for (const Step& step : script) {
    if (step.pause != milliseconds{0} || step.data.empty()) break;
    *value += static_cast<int>(step.data.size());
  }
  return 0;
}

}  // namespace echopool
