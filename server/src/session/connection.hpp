// One accepted connection and all that is known of it between two turns. Internal. Exactly one place owns a Connection
// at any moment: the acceptor, then the dispatcher, then a worker for a turn, at last the reaper.
#pragma once

#include "kernel/stream.hpp"
#include "limits/ticket.hpp"

#include <echopool/handler.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

namespace echopool {

struct Connection {
  Ticket ticket;  ///< declared first, so destroyed last: the seat is free only when the descriptor is
  std::unique_ptr<Stream> stream;
  Endpoint peer;
  const Handler* handler;  ///< of the service; lives as long as the server
  std::uint64_t id;
  TimePoint opened;
  bool opening = false;  ///< the handler has still to be called at accept (Opens::server)

  std::unique_ptr<Handler::Call> own_handler{};  ///< made by the service's factory at the first turn, if it has one
  std::vector<std::byte> leftover{};             ///< input that was read but not consumed when its turn was over
  std::uint64_t received = 0;
  std::uint64_t sent = 0;
  bool edge_triggered = false;    ///< its events flow on while it is served (park)
  std::uint64_t served = 0;       ///< the moment when its last turn since it was armed was over; 0: none (park)
  std::uint32_t empty_turns = 0;  ///< turns in a row in which the handler read nothing although there was input

  /// The next turn need not wait for the socket.
  [[nodiscard]] bool is_ready() const noexcept { return opening || !leftover.empty(); }
};

}  // namespace echopool
