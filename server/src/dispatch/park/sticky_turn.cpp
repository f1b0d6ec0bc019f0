#include "dispatch/park/sticky_turn.hpp"

#include <cassert>

namespace echopool {
namespace {

/// Then the connection is parked once, to see whether it still talks alone.
constexpr int most_messages = 256;

}  // namespace

bool StickyTurn::try_begin(Worker& worker) noexcept {
  return worker.settings.get().pool.workers > 1 && !taken_.exchange(true, std::memory_order_relaxed);
}

std::optional<SessionEnd> StickyTurn::serve(Connection& connection, Worker& worker) {
  assert(taken_.load());
  // The first time it is still edge-triggered, and would wake others with what its worker waits for itself.
  const int most = connection.edge_triggered ? 1 : most_messages;
  Input input = Input::ready;
  std::optional<SessionEnd> how;
  for (int messages = 0; messages < most; ++messages) {
    how = runner_.turn(connection, worker, input);
    if (how || connection.waits_for != WaitFor::message) break;
    if (input == Input::expected && worker.io.turn_received() == 0) break;
    if (standby_.unwatched()) break;  // every other worker is blocked, and others wait
    input = Input::expected;
  }
  taken_.store(false, std::memory_order_relaxed);
  return how;
}

}  // namespace echopool
