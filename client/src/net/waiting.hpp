// Waiting for a descriptor without becoming deaf: another descriptor can end the wait. Internal. Any thread.
#pragma once

#include <echopool/literals.hpp>

namespace echopool::client {

enum class Wait { ready, timed_out, cancelled };

/// Waits until `fd` can do `events` (POLLIN, POLLOUT), hangs up or fails, until `cancel_fd` (-1: none) is readable, or
/// until `limit`. Cancelling wins over readiness. EINTR is retried with what is left of the limit.
[[nodiscard]] Wait wait_for(int fd, short events, int cancel_fd, Timeout limit = std::nullopt) noexcept;

}  // namespace echopool::client
