// How a connection ended, and what is said about it. Internal. Called by the owner of the connection at its end.
#pragma once

#include "session/stall.hpp"
#include "stats/counters.hpp"
#include "stats/end_reasons.hpp"

#include <echopool/stats.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

namespace echopool {

struct Connection;

struct SessionEnd {
  EndReason reason = EndReason::peer_closed;
  bool end_seen = false;  ///< the peer had finished sending, and we had read all of it
  bool cut_off = false;   ///< the server had no more time for it
  int error = 0;          ///< errno of a failed call
  std::optional<Stall> stall = std::nullopt;
};

[[nodiscard]] CloseMode close_mode(const SessionEnd& end) noexcept;

/// Counts and logs the end and closes the connection: the descriptor goes first, then its seat becomes free.
void conclude(std::unique_ptr<Connection> connection, const SessionEnd& end, Counters& counters) noexcept;

/// The `connection opened` line.
void announce(const Connection& connection) noexcept;

}  // namespace echopool
