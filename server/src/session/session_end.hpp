// How a connection ended, and what is said about it. Internal. Called by whoever owns the connection at its end.
#pragma once

#include "session/connection.hpp"
#include "session/stall.hpp"
#include "stats/counters.hpp"

#include <echopool/stats.hpp>

#include <memory>
#include <optional>

namespace echopool {

struct SessionEnd {
  EndReason reason = EndReason::peer_closed;
  bool end_seen = false;  ///< the peer had finished sending, and we had read all of it
  bool cut_off = false;   ///< the server had no more time for it
  int error = 0;          ///< errno of a failed call
  std::optional<Stall> stall = std::nullopt;
};

enum class CloseMode : std::uint8_t {
  at_once,  ///< nothing of the peer's is unread: close(2) loses nothing
  linger,   ///< the peer may still be sending: wait for its end, or what we sent last could be lost
  reset,    ///< the peer does not read: what is unsent is thrown away
};
[[nodiscard]] CloseMode close_mode(const SessionEnd& end) noexcept;

/// Counts and logs the end and closes the connection: the descriptor goes first, then its seat becomes free.
void conclude(std::unique_ptr<Connection> connection, const SessionEnd& end, Counters& counters) noexcept;

/// As conclude(), for a connection that no handler has seen: reset, counted by reason; the caller logs.
void refuse(std::unique_ptr<Connection> connection, RefuseReason reason, Counters& counters) noexcept;

/// The `connection opened` line.
void announce(const Connection& connection) noexcept;

}  // namespace echopool
