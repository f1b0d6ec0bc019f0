// Where the bytes of an echo are: the ring of four buffers between a client and a server, drawn. Internal. Pure
// functions, any thread.
#pragma once

#include "deadlock/peer_queues.hpp"
#include "deadlock/tcp_evidence.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace echopool::client {

struct BufferLevels {
  std::uint64_t written = 0;      ///< by the client's program
  std::uint64_t read = 0;         ///< by the client's program
  std::uint64_t client_send = 0;  ///< exact, as client_receive
  std::uint64_t client_receive = 0;
  /// Exact by sock_diag on the same host; else only what the server holds in all its buffers is known.
  std::optional<std::uint64_t> server_receive;
  std::optional<std::uint64_t> server_send;
  std::uint64_t server_holds = 0;  ///< acknowledged by its kernel and not yet in ours: its buffers and its program's
};

[[nodiscard]] BufferLevels levels_of(std::uint64_t written, std::uint64_t read, const TcpEvidence& evidence,
                                     const std::optional<PeerQueues>& server) noexcept;

/// The buffers in the order in which the bytes pass them, a line each, scaled to the fullest.
[[nodiscard]] std::vector<std::string> draw(const BufferLevels& levels, std::size_t width, bool utf8);

}  // namespace echopool::client
