// Which deadlock it is, judged from what the kernel says. Internal. Pure functions, any thread.
#pragma once

#include "deadlock/peer_queues.hpp"
#include "deadlock/tcp_evidence.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace echopool::client {

enum class StallVerdict {
  none,              ///< everything moved
  write_write,       ///< both ends are stuck in send(), neither reads
  read_read,         ///< both ends are stuck in recv(), nothing is under way
  half,              ///< our writing has ended; the server is stuck in send() until we read
  peer_not_reading,  ///< the server takes nothing and has sent us nothing: slow, stuck, or no echo service
  network,           ///< there is room at the other end, and yet nothing is acknowledged: the path is the problem
};

[[nodiscard]] std::string_view to_string(StallVerdict verdict) noexcept;

/// What was seen at the beginning and at the end of the time in which nothing moved.
struct StallEvidence {
  bool stalled = false;        ///< our send() (or, waiting for an answer, our recv()) made no progress for long
  bool wants_to_send = false;  ///< we still have something to send
  TcpEvidence before;
  TcpEvidence after;
  std::optional<PeerQueues> server;  ///< exact, on the same host
};

[[nodiscard]] StallVerdict judge(const StallEvidence& evidence) noexcept;

/// What the verdict means, in a few sentences.
[[nodiscard]] std::string_view meaning(StallVerdict verdict) noexcept;

/// The kernel's figures that the verdict rests on, a line each.
[[nodiscard]] std::vector<std::string> reasons(const StallEvidence& evidence);

}  // namespace echopool::client
