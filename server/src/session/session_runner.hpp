// Runs a connection's handler for one turn and says what came of it. Internal. Called on worker threads; stateless
// apart from counters. This is the only place where what a handler throws is caught.
#pragma once

#include "kernel/stop_state.hpp"
#include "session/connection.hpp"
#include "session/session_end.hpp"
#include "session/worker.hpp"
#include "stats/counters.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>

namespace echopool {

/// What a handler that is called now can count on.
enum class Input : std::uint8_t {
  ready,     ///< there is input: it need not wait for its first byte (park)
  awaited,   ///< it waits for its first byte, as long as `timeouts.idle` (hold)
  expected,  ///< input will probably come at once; if it does not, the handler is not called (park)
};

class SessionRunner {
 public:
  /// How long Input::expected waits, and after how much time a turn makes way for the others. It is also what a worker
  /// can be late for connections that need it, so it is short.
  static constexpr std::chrono::milliseconds patience{10};
  /// A turn is bounded, so that one busy connection cannot keep a worker from the others.
  static constexpr int calls_per_turn = 16;
  static constexpr std::size_t bytes_per_turn = 256 * 1024;

  SessionRunner(Counters& counters, const StopState& stop) noexcept : counters_{counters}, stop_{stop} {}

  /// nullopt: the conversation goes on, and `connection.waits_for` says what it waits for. What was read and not
  /// consumed, and what was written and did not fit, is kept in the connection.
  [[nodiscard]] std::optional<SessionEnd> turn(Connection& connection, Worker& worker, Input input);

 private:
  /// What is to happen after a step.
  enum class Then : std::uint8_t { go_on, look, stop };

  [[nodiscard]] std::optional<SessionEnd> flush(Connection& connection, SessionIo& io);
  [[nodiscard]] std::optional<SessionEnd> converse(Connection& connection, SessionIo& io, Input input);
  /// Makes sure that there is what the handler needs. go_on: call it; stop: the connection waits.
  [[nodiscard]] Then find_input(Connection& connection, SessionIo& io, Input input);
  /// One call of the handler and what follows from it; nullopt: the conversation goes on as `then` says.
  [[nodiscard]] std::optional<SessionEnd> step(Connection& connection, SessionIo& io, Then& then);
  /// The call itself; nullopt: it threw, and the end is in `end`.
  [[nodiscard]] std::optional<Next> call(Connection& connection, Session& session, SessionIo& io, SessionEnd& end);

  Counters& counters_;
  const StopState& stop_;
};

}  // namespace echopool
