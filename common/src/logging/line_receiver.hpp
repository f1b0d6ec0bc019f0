// From the threads that log to all that take lines: the log sinks, and the program's own use of Boost.Log. Internal.
// hand_over() may be called by any thread at any time; receivers come and go with the Logging object's thread.
#pragma once

#include <echopool/log.hpp>

#include <chrono>
#include <initializer_list>
#include <span>
#include <string_view>

namespace echopool {

class LineReceiver {
 public:
  LineReceiver() = default;
  LineReceiver(const LineReceiver&) = delete;
  LineReceiver& operator=(const LineReceiver&) = delete;
  virtual ~LineReceiver() = default;

  /// Any thread. Must not wait. `line` is valid during the call.
  virtual void take(LogLevel level, std::chrono::system_clock::time_point time, std::string_view line) noexcept = 0;

 private:
  friend class Receivers;
  LineReceiver* next_ = nullptr;
};

/// From now on `in` get lines and `out` do not. Every line goes to the old ones or to the new ones, never to none.
void exchange_receivers(std::span<LineReceiver* const> out, std::span<LineReceiver* const> in) noexcept;

/// Hands the line to every receiver. Never waits, never throws, keeps errno.
void hand_over(LogLevel level, std::string_view line) noexcept;

/// Hands the event, which is about `except`, to every other receiver. False: lines of its level are not wanted, or not
/// yet, or there is no receiver at all, so it has to be told again. Must not be called in take(): see
/// tell_others_within_take().
bool tell_others(const LineReceiver& except, LogLevel level, std::string_view event,
                 std::initializer_list<LogField> fields) noexcept;

/// The same for the take() of `except`.
void tell_others_within_take(const LineReceiver& except, LogLevel level, std::string_view event,
                             std::initializer_list<LogField> fields) noexcept;

}  // namespace echopool
