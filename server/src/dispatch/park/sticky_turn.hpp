// A worker stays with a connection that talks alone: it waits for the next message in recv(2) for a moment, instead of
// parking the connection and finding it again, which would cost one more system call a message. Internal. Owned by the
// ParkDispatcher, called by the workers. One of them stays at a time, and never the only one.
#pragma once

#include "dispatch/park/standby.hpp"
#include "session/session_runner.hpp"

#include <atomic>
#include <optional>

namespace echopool {

class StickyTurn {
 public:
  /// The references must outlive it.
  StickyTurn(SessionRunner& runner, const Standby& standby) noexcept : runner_{runner}, standby_{standby} {}

  /// Whether the worker may stay with a connection. If so, it must call serve().
  [[nodiscard]] bool try_begin(Worker& worker) noexcept;
  /// Turn after turn, until no message comes soon, something else is to be waited for, or the other connections need
  /// the worker. The caller owns the connection, before and after. Returns how it ended, if it did.
  [[nodiscard]] std::optional<SessionEnd> serve(Connection& connection, Worker& worker);

 private:
  SessionRunner& runner_;
  const Standby& standby_;
  std::atomic<bool> taken_{false};
};

}  // namespace echopool
