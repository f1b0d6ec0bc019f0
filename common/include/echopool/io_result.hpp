// What a blocking read or write came to, as a value: for code that prefers no exceptions.
// Installed. A plain value, any thread.
#pragma once

#include <cstddef>
#include <cstdint>

namespace echopool {

/// How it ended.
enum class IoStatus : std::uint8_t {
  ok,           ///< every byte that was asked for (a read: at least one)
  end,          ///< the peer finished sending (recv(2) gave 0)
  timed_out,    ///< a time limit passed
  reset,        ///< the peer is gone: ECONNRESET, EPIPE, ETIMEDOUT (RFC 9293 section 3.10.7)
  stopping,     ///< the server is being stopped
  interrupted,  ///< the wait was woken without data (EINTR); only internal callers see it
  would_block,  ///< nothing could be moved without waiting; only internal callers see it
  failed,       ///< anything else; `error` says what
};

/// What a read or a write came to.
struct IoResult {
  std::size_t bytes = 0;           ///< moved before the end, the limit or the error: exact in every case
  IoStatus status = IoStatus::ok;  ///< why it ended
  int error = 0;                   ///< errno, where a system call failed; else 0

  /// Whether all that was asked for was moved (a read: at least one byte).
  [[nodiscard]] constexpr bool ok() const noexcept { return status == IoStatus::ok; }
};

}  // namespace echopool
