#include "net/waiting.hpp"

#include <poll.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <limits>

namespace echopool::client {

Wait wait_for(int fd, short events, int cancel_fd, Timeout limit) noexcept {
  using Clock = std::chrono::steady_clock;
  const auto end = Clock::now() + limit.value_or(std::chrono::milliseconds{0});
  for (;;) {
    int timeout = -1;
    if (limit) {
      const auto left = std::chrono::ceil<std::chrono::milliseconds>(end - Clock::now()).count();
      timeout = static_cast<int>(std::clamp<std::int64_t>(left, 0, std::numeric_limits<int>::max()));
    }
    std::array<pollfd, 2> watched{{{fd, events, 0}, {cancel_fd, POLLIN, 0}}};
    const int ready = ::poll(watched.data(), watched.size(), timeout);
    if (ready < 0 && errno == EINTR) continue;
    if (ready == 0) return Wait::timed_out;
    return watched[1].revents != 0 ? Wait::cancelled : Wait::ready;
  }
}

}  // namespace echopool::client
