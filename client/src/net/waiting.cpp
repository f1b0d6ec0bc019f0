#include "net/waiting.hpp"

#include "poll_timeout.hpp"

#include <poll.h>

#include <array>
#include <cerrno>
#include <optional>

namespace echopool::client {

Wait wait_for(int fd, short events, int cancel_fd, Timeout limit) noexcept {
  using Clock = std::chrono::steady_clock;
  const auto end = limit ? std::optional{Clock::now() + *limit} : std::nullopt;
  for (;;) {
    std::array<pollfd, 2> watched{{{fd, events, 0}, {cancel_fd, POLLIN, 0}}};
    const int ready = ::poll(watched.data(), watched.size(), poll_timeout(Clock::now(), end));
    if (ready < 0 && errno == EINTR) continue;
    if (ready == 0) return Wait::timed_out;
    return watched[1].revents != 0 ? Wait::cancelled : Wait::ready;
  }
}

}  // namespace echopool::client
