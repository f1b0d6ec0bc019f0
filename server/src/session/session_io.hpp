// The working side of a Session: what of it outlives a handler's call. Internal. Belongs to one worker and is used
// again for every connection it serves.
#pragma once

#include "session/session_input.hpp"
#include "session/session_output.hpp"
#include "session/session_state.hpp"

#include <echopool/session.hpp>

#include <array>
#include <cstddef>
#include <optional>
#include <stop_token>

namespace echopool {

class SessionIo {
 public:
  /// `aborting`: the worker's running turn is cut off.
  SessionIo(const StopState& stop, std::stop_token aborting, SessionTotals& totals);

  /// Takes a connection for a turn, and hands it back.
  void bind(Connection& connection, const ServerSettings& settings, FirstByte first);
  void unbind();

  /// A call of the handler begins: its Session. The one of the call before can no longer be used. `can_restart`: a read
  /// that would have to wait may unwind the call instead.
  [[nodiscard]] Session& begin_call(bool can_restart) noexcept;
  /// The call is over. True: its handler was told to unwind, and is to be called again when there is more input.
  [[nodiscard]] bool end_call() noexcept;

  SessionInput& input() noexcept { return input_; }
  SessionOutput& output() noexcept { return output_; }
  [[nodiscard]] const SessionInput& input() const noexcept { return input_; }

  /// Whether its reads and writes wait on the worker (hold, conversations).
  [[nodiscard]] bool waits() const noexcept { return state_.waits; }
  /// Whether the running call has been told to unwind.
  [[nodiscard]] bool restarting() const noexcept { return state_.restarting; }
  [[nodiscard]] bool aborting() const noexcept { return state_.aborting.stop_requested(); }
  [[nodiscard]] const std::optional<Failure>& failure() const noexcept { return state_.failure; }
  [[nodiscard]] std::size_t turn_received() const noexcept { return state_.received; }
  [[nodiscard]] std::size_t turn_sent() const noexcept { return state_.sent; }
  [[nodiscard]] std::size_t turn_bytes() const noexcept { return state_.received + state_.sent; }
  /// See SessionInput. Any thread.
  [[nodiscard]] bool waiting() const noexcept { return input_.waiting(); }

 private:
  friend class Session;

  SessionState state_;
  SessionOutput output_{state_};
  SessionInput input_{state_, output_};

  /// Each call has the next of these, so that a Session kept beyond its call is not that of the running one.
  std::array<Session, 256> sessions_{};
  std::size_t next_session_ = 0;
  const Session* active_ = nullptr;
};

}  // namespace echopool
