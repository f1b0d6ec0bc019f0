// What the input and the output side of a session share: the connection, its limits, and how it failed, if it did.
// Internal. Belongs to one worker and is used again for every connection it serves.
#pragma once

#include "kernel/stop_state.hpp"
#include "session/connection.hpp"
#include "session/kept_bytes.hpp"
#include "session/read_buffer.hpp"
#include "session/session_totals.hpp"
#include "session/stall.hpp"
#include "session/time_limits.hpp"

#include <echopool/error.hpp>
#include <echopool/settings.hpp>
#include <echopool/stats.hpp>

#include <cstdint>
#include <optional>
#include <stop_token>
#include <string>

namespace echopool {

/// How a conversation failed.
struct Failure {
  EndReason reason = EndReason::reset;
  int error = 0;
  std::optional<Stall> stall;
};

/// Thrown through a handler whose read would have to wait: its call is over, what it read is given back, and it is
/// called again when that very read can be satisfied. No std::exception, so that a handler that catches those lets it
/// through; one that catches everything is noticed.
struct Restart {};

struct SessionState {
  /// `is_aborting`: the worker's running turn is cut off.
  SessionState(const StopState& stop_state, std::stop_token is_aborting, SessionTotals& all)
      : stop{stop_state}, aborting{std::move(is_aborting)}, totals{all} {}

  const StopState& stop;
  const std::stop_token aborting;
  SessionTotals& totals;

  static constexpr std::size_t buffer_size = 64 * 1024;
  ReadBuffer buffer{buffer_size};

  Connection* connection = nullptr;
  const ServerSettings* settings = nullptr;
  std::optional<Failure> failure;
  bool waits = false;        ///< reads and writes wait on their worker (hold, conversations)
  bool restarting = false;   ///< the running call has been told to unwind
  std::size_t received = 0;  ///< in this turn
  std::size_t sent = 0;      ///< likewise, to the kernel

  struct Limit {
    Timeout wait;
    EndReason reason;
  };
  /// How long a wait may still take. `began` and `active` as in WaitTimes; `active` is now if the wait begins now.
  [[nodiscard]] Limit limit_of(WaitFor what, TimePoint began, TimePoint active, TimePoint now) const noexcept;

  /// Keeps how the conversation failed, the first time. Returns what the caller is to return.
  IoResult fail(IoResult result, EndReason reason) noexcept;
  [[noreturn]] void raise(const IoResult& result, const char* doing) const;
  [[noreturn]] void raise(IoErrorKind kind, const std::string& what, int error = 0) const;
  [[nodiscard]] SystemCalls& calls() const noexcept { return connection->stream->calls(); }
};

}  // namespace echopool
