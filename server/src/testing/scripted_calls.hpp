// The socket of a scripted peer: recv(2) follows the script, send(2) is kept, time passes only as the script says.
// Internal. Belongs to one ScriptedPeer and its thread.
#pragma once

#include "kernel/system_calls.hpp"

#include <chrono>
#include <cstddef>
#include <deque>
#include <string>

namespace echopool {

class ScriptedCalls final : public SystemCalls {
 public:
  /// Something the peer does, after a pause.
  struct Step {
    std::string data;  ///< empty: the peer's end, or `error`
    int error = 0;
    std::chrono::milliseconds pause{0};
  };

  std::deque<Step> script;
  std::chrono::milliseconds pause_after{0};  ///< a pause that no step follows yet
  std::size_t failing_operation = 0;         ///< counted from 1; 0: none
  int failure = 0;
  std::string sent;
  bool shut_down = false;
  std::size_t operations = 0;

  /// How long the peer will be silent from now on.
  [[nodiscard]] std::chrono::milliseconds silence() const noexcept;
  void pass(std::chrono::milliseconds time) noexcept;

  ssize_t recv(int fd, void* into, std::size_t size, int flags) noexcept override;
  ssize_t send(int fd, const void* from, std::size_t size, int flags) noexcept override;
  int setsockopt(int fd, int level, int name, const void* value, socklen_t length) noexcept override;
  int shutdown(int fd, int how) noexcept override;
  int ioctl(int fd, unsigned long request, int* value) noexcept override;
  /// The second descriptor is ours, the first a real one.
  int poll(pollfd* fds, nfds_t count, int timeout_ms) noexcept override;
  [[nodiscard]] TimePoint now() noexcept override { return clock_; }

  /// What SO_RCVTIMEO and SO_SNDTIMEO are; zero is for ever.
  std::chrono::milliseconds receive_limit{0};
  std::chrono::milliseconds send_limit{0};

 private:
  [[nodiscard]] bool fails() noexcept;
  /// A wait that came to nothing.
  ssize_t time_out(std::chrono::milliseconds limit) noexcept;

  TimePoint clock_{std::chrono::hours{1}};
  int fruitless_ = 0;
};

}  // namespace echopool
