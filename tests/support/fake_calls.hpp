// System calls that fail, are interrupted or take time on purpose, and say what they were asked. For tests only.
#pragma once

#include "kernel/system_calls.hpp"

#include <cerrno>
#include <cstring>
#include <deque>
#include <functional>
#include <string>
#include <vector>

struct timeval;

namespace echopool::test {

/// recv(2) and send(2) come from scripts, setsockopt(2) of the time limits is written down, time is set by hand.
/// Everything else is real. It says what each call returns; ScriptedCalls says what the peer does, and its calls
/// follow.
class FakeCalls : public SystemCalls {
 public:
  /// What one call does: returns data (a positive size for send), an end ("" for recv) or an errno, and lets time pass.
  struct Step {
    std::string data;
    std::size_t size = 0;
    int error = 0;
    std::chrono::milliseconds takes{0};
  };
  struct Armed {
    int option;
    std::chrono::milliseconds limit;
  };

  std::deque<Step> receives;
  std::deque<Step> sends;
  std::string sent;
  std::vector<Armed> armed;
  std::vector<int> shutdowns;
  TimePoint clock{std::chrono::hours{1}};
  std::function<void()> before_receive;
  int inq = 0;
  int outq = 0;

  ssize_t recv(int fd, void* into, std::size_t size, int flags) noexcept override;
  ssize_t send(int fd, const void* from, std::size_t size, int flags) noexcept override;
  int setsockopt(int fd, int level, int name, const void* value, socklen_t length) noexcept override;
  int shutdown(int fd, int how) noexcept override;
  int ioctl(int fd, unsigned long request, int* value) noexcept override;
  [[nodiscard]] TimePoint now() noexcept override { return clock; }

  static Step data(std::string text, std::chrono::milliseconds takes = {}) { return {std::move(text), 0, 0, takes}; }
  static Step takes(std::size_t size, std::chrono::milliseconds time = {}) { return {{}, size, 0, time}; }
  static Step fails(int error, std::chrono::milliseconds takes = {}) { return {{}, 0, error, takes}; }
};

}  // namespace echopool::test
