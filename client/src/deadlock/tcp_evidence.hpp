// What the kernel knows about our end of a TCP connection: how much waits where, and what it is waiting for. Internal.
// Any thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

namespace echopool::client {

using Nanoseconds = std::chrono::nanoseconds;

struct TcpEvidence {
  std::uint64_t unsent = 0;  ///< SIOCOUTQ (tcp(7)): written by us and not yet acknowledged by the peer's kernel
  std::uint64_t unread = 0;  ///< SIOCINQ: received by our kernel and not yet read by us
  std::optional<std::uint32_t> peer_window;  ///< tcpi_snd_wnd: what the peer has room for; Linux 5.4 and later
  std::uint64_t not_sent = 0;                ///< tcpi_notsent_bytes: of `unsent`, what has not even left
  std::uint64_t acknowledged = 0;            ///< tcpi_bytes_acked, since the connection began
  std::uint64_t received = 0;                ///< tcpi_bytes_received
  Nanoseconds busy{0};                       ///< tcpi_busy_time: there was something to send
  Nanoseconds window_limited{0};             ///< tcpi_rwnd_limited: and the peer had no room for it
  Nanoseconds buffer_limited{0};             ///< tcpi_sndbuf_limited: and our own send buffer was the limit
  Nanoseconds since_received{0};             ///< tcpi_last_data_recv
  unsigned backoff = 0;                      ///< tcpi_backoff: unanswered retransmissions or probes of a closed window
  int send_buffer = 0;                       ///< SO_SNDBUF as granted: bookkeeping included, twice what was asked for
  int receive_buffer = 0;                    ///< SO_RCVBUF as granted
  Nanoseconds at{0};                         ///< when it was so, CLOCK_MONOTONIC

  /// Nothing moved between the two: the queues and the counters are the same.
  [[nodiscard]] bool same_as(const TcpEvidence& other) const noexcept {
    return unsent == other.unsent && unread == other.unread && acknowledged == other.acknowledged &&
           received == other.received;
  }
};

[[nodiscard]] TcpEvidence look_at(int fd) noexcept;

}  // namespace echopool::client
