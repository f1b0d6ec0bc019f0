// The epoll set that everything of the program hostile waits in: who waits, and for what. One thread.
#pragma once

#include "socket.hpp"

#include <sys/epoll.h>

#include <array>
#include <chrono>
#include <cstdint>
#include <span>

namespace hostile {

using Clock = std::chrono::steady_clock;
using TimePoint = Clock::time_point;

/// Whose descriptor it is.
enum class Party : std::uint8_t { command, hostile, loop, newcomer };

struct Event {
  Party party;
  std::uint32_t index;
  std::uint32_t events;
};

class Watch {
 public:
  Watch();
  ~Watch();
  Watch(const Watch&) = delete;
  Watch& operator=(const Watch&) = delete;

  void add(int descriptor, std::uint32_t events, Party party, std::uint32_t index);
  void change(int descriptor, std::uint32_t events, Party party, std::uint32_t index);
  /// Closing does it, too.
  void remove(int descriptor);
  /// What is ready at `until` or before; valid until the next call.
  [[nodiscard]] std::span<const Event> wait(TimePoint until);

 private:
  void control(int operation, int descriptor, std::uint32_t events, Party party, std::uint32_t index);

  static constexpr int most = 256;
  int epoll_;
  std::array<epoll_event, most> ready_{};
  std::array<Event, most> events_{};
};

}  // namespace hostile
