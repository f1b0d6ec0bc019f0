// The one rule for the time limits of a connection that waits: held on its worker, parked, or scripted in a test.
// Internal. Pure functions, any thread.
#pragma once

#include "kernel/system_calls.hpp"

#include <echopool/settings.hpp>
#include <echopool/stats.hpp>

#include <cstdint>
#include <optional>

namespace echopool {

/// What a connection waits for.
enum class WaitFor : std::uint8_t {
  message,  ///< the first byte of a message
  rest,     ///< the rest of a message whose beginning is kept
  share,    ///< the same, but the rest is there, and `limits.input` does not allow to read it
  room,     ///< room for output that is kept
  turn,     ///< a worker, and nothing else: it could go on at once
};

/// Whether it is in the middle of a message.
[[nodiscard]] constexpr bool waits_for_more(WaitFor what) noexcept {
  return what == WaitFor::rest || what == WaitFor::share;
}

/// Since when it waits.
struct WaitTimes {
  TimePoint opened;  ///< the connection was accepted
  TimePoint active;  ///< its last turn ended, or the last piece came
  TimePoint began;   ///< rest, share: the message's first byte came; room: the first byte was kept
};

/// When the wait ends, and how the connection ends then.
struct Deadline {
  TimePoint when;
  EndReason reason;
};

/// Returns the earliest limit that strikes, or nullopt if none is set.
[[nodiscard]] std::optional<Deadline> deadline_of(WaitFor what, const WaitTimes& times,
                                                  const TimeoutSettings& limits) noexcept;

}  // namespace echopool
