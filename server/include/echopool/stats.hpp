// What a Server has done so far: monotonic counters and a few gauges.
// Installed. Plain values, any thread.
#pragma once

#include <echopool/export.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace echopool {

/// Why a connection ended: the `reason=` of its `connection closed` line.
enum class EndReason : std::uint8_t {
  peer_closed,       ///< the peer finished, between two messages or in the middle of one
  handler_closed,    ///< the handler returned Next::close, or its conversation was over
  idle_timeout,      ///< no message began within `timeouts.idle`
  receive_timeout,   ///< a message had begun, and nothing more of it came within `timeouts.receive`
  message_timeout,   ///< a message was not whole within `timeouts.message` of its first byte
  message_too_long,  ///< a line or message is longer than its handler takes
  send_timeout,      ///< the peer did not take what was written within `timeouts.send`
  session_limit,     ///< the connection was older than `timeouts.session`
  reset,             ///< the peer is gone without an orderly end, or a call on its socket failed
  evicted,           ///< it was idle, and gave its place to a new one (`pool.overflow = evict`)
  handler_error,     ///< the handler threw, or left its input unread again and again
  stopping,          ///< the server was stopped; this one stays the last
};
inline constexpr std::size_t end_reasons = static_cast<std::size_t>(EndReason::stopping) + 1;  ///< how many there are

/// Why a connection was refused before a handler saw it: the `reason=` of the `connection refused` lines.
enum class RefuseReason : std::uint8_t {
  access,         ///< `access.allow`, `access.deny`
  per_source,     ///< `limits.per_source`
  connections,    ///< `limits.connections`, with `pool.overflow = refuse`
  queue_full,     ///< `pool.queue`, with `pool.overflow = refuse`
  queue_timeout,  ///< `pool.queue_timeout`
  stopping,       ///< the server is being stopped
  resources,      ///< no memory for it, here or in the kernel; this one stays the last
};
inline constexpr std::size_t refuse_reasons =
    static_cast<std::size_t>(RefuseReason::resources) + 1;  ///< how many there are

/// Why a datagram was not answered: the `reason=` of the `datagrams dropped` lines.
enum class DropReason : std::uint8_t {
  source_port,      ///< below 1024, 2049, or a port of our own (CVE-1999-0103, CVE-2024-2169)
  source_address,   ///< multicast, broadcast or unspecified
  destination,      ///< sent to a multicast or broadcast address
  access,           ///< `access.allow`, `access.deny`
  rate_per_source,  ///< `udp.rate_per_source`
  rate_total,       ///< `udp.rate_total`
  truncated,        ///< larger than the buffer
  handler_error,    ///< the handler threw
  send_failed,      ///< the reply could not be sent
  kernel,           ///< the socket's receive buffer was full (SO_RXQ_OVFL); this one stays the last
};
inline constexpr std::size_t drop_reasons = static_cast<std::size_t>(DropReason::kernel) + 1;  ///< how many there are

/// As in the log: `peer_closed`.
ECHOPOOL_EXPORT std::string_view to_string(EndReason reason) noexcept;
/// As in the log: `per_source`.
ECHOPOOL_EXPORT std::string_view to_string(RefuseReason reason) noexcept;
/// As in the log: `source_port`.
ECHOPOOL_EXPORT std::string_view to_string(DropReason reason) noexcept;

/// Counters of all UDP services together.
struct UdpStats {
  std::uint64_t received = 0;                         ///< datagrams taken from the kernel
  std::uint64_t answered = 0;                         ///< datagrams answered
  std::uint64_t received_bytes = 0;                   ///< payload
  std::uint64_t answered_bytes = 0;                   ///< payload
  std::array<std::uint64_t, drop_reasons> dropped{};  ///< not answered, by DropReason

  /// How many datagrams were not answered for `reason`.
  [[nodiscard]] std::uint64_t dropped_for(DropReason reason) const {
    return dropped.at(static_cast<std::size_t>(reason));
  }
};

/// Counters since the start, and gauges where it says so.
struct Stats {
  std::uint64_t accepted = 0;                      ///< connections taken from the kernel
  std::uint64_t open = 0;                          ///< gauge: admitted and not yet closed
  std::uint64_t received_bytes = 0;                ///< payload of all connections, up to their last turn
  std::uint64_t sent_bytes = 0;                    ///< likewise
  std::uint64_t accept_errors = 0;                 ///< accept(2) calls that failed, other than for want of a connection
  std::array<std::uint64_t, end_reasons> ended{};  ///< connections that have ended, by EndReason
  std::array<std::uint64_t, refuse_reasons> refused{};  ///< connections that no handler saw, by RefuseReason
  UdpStats udp;                                         ///< datagrams

  // Gauges of connections that wait without a worker (`pool.idle = park`), and of workers.
  std::uint64_t parked = 0;           ///< all of them
  std::uint64_t incomplete = 0;       ///< of these: in the middle of a message
  std::uint64_t flushing = 0;         ///< of these: with output that their peers do not take
  std::uint64_t ready = 0;            ///< could go on, but every worker is busy; 0 as long as one is free
  std::uint64_t kept_input = 0;       ///< bytes of unfinished messages: `limits.input`
  std::uint64_t kept_output = 0;      ///< bytes of output: `limits.output_total`
  std::uint64_t busy_workers = 0;     ///< with a connection
  std::uint64_t reading_workers = 0;  ///< of these: wait for input
  std::uint64_t writing_workers = 0;  ///< of these: wait for room for output

  /// How many connections ended for `reason`.
  [[nodiscard]] std::uint64_t ended_for(EndReason reason) const { return ended.at(static_cast<std::size_t>(reason)); }
  /// How many connections were refused for `reason`.
  [[nodiscard]] std::uint64_t refused_for(RefuseReason reason) const {
    return refused.at(static_cast<std::size_t>(reason));
  }
};

}  // namespace echopool
