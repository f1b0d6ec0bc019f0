// The same mistake over UDP, where neither side ever waits: what does not fit is lost. Internal. One call, one thread.
#pragma once

#include "measure/clock.hpp"
#include "verify/probe_ledger.hpp"

#include <cstdint>

namespace echopool::client {

struct DatagramLessonReport {
  std::uint64_t sent = 0;  ///< datagrams
  ProbeTotals totals;
  std::uint64_t queue_drops = 0;  ///< answers for which our receive buffer had no room
  Nanoseconds sending{0};
  bool interrupted = false;
};

/// Sends `bytes` in datagrams of `chunk` (at least probe_header) without reading, then reads what is there, until
/// nothing has come for `rest`.
[[nodiscard]] DatagramLessonReport teach_with_datagrams(int socket, std::uint64_t bytes, std::size_t chunk,
                                                        Nanoseconds rest, int interrupt_fd);

}  // namespace echopool::client
