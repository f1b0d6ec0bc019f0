// One accepted connection and all that is known of it between two turns. Internal. Exactly one place owns a Connection
// at any moment: the acceptor, then the dispatcher, then a worker for a turn, at last the closer.
#pragma once

#include "kernel/stream.hpp"
#include "limits/seats.hpp"
#include "session/kept_bytes.hpp"
#include "session/session_end.hpp"
#include "session/time_limits.hpp"

#include <echopool/handler.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>

namespace echopool {

struct Connection {
  Ticket ticket;  ///< declared first, so destroyed last: the seat is free only when the descriptor is
  std::unique_ptr<Stream> stream;
  Endpoint peer;
  const Handler* handler;  ///< of the service; lives as long as the server
  std::uint64_t id;
  TimePoint opened;
  bool opening = false;     ///< the handler has still to be called at accept (Opens::server)
  bool reads_wait = false;  ///< on their worker: Reads::wait

  bool edge_triggered = false;           ///< its events flow on while it is served (park)
  WaitFor waits_for = WaitFor::message;  ///< what its last turn ended for
  std::uint32_t empty_turns = 0;         ///< calls in a row in which the handler read nothing although there was input
  TimePoint message_began{};             ///< waits_for == rest: when the message's first byte was kept
  std::unique_ptr<Handler::Call> own_handler{};  ///< made by the service's factory at the first turn, if it has one
  std::unique_ptr<KeptInput> input{};            ///< what was read but not consumed when its turn was over; mostly null
  std::unique_ptr<KeptOutput> output{};          ///< what was written and did not fit; mostly null
  std::unique_ptr<SessionEnd> ending{};          ///< the next worker ends it like this; mostly null
  std::uint64_t received = 0;
  std::uint64_t sent = 0;

  /// When the wait began that waits_for names: WaitTimes::began.
  [[nodiscard]] TimePoint wait_began() const noexcept { return output ? output->since : message_began; }
};

}  // namespace echopool
