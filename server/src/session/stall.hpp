// The diagnosis of output that found no reader. Internal. Called by the owner of the connection whose `timeouts.send`
// has passed.
#pragma once

#include <cstddef>
#include <string_view>

namespace echopool {

struct Connection;

/// What waits for what, in bytes.
struct Stall {
  std::size_t unsent = 0;  ///< with our kernel, not yet acknowledged by the peer's (SIOCOUTQ, tcp(7))
  std::size_t unread = 0;  ///< written by the peer, not yet read by our handler (SIOCINQ, tcp(7), and our own buffer)
  std::size_t kept = 0;    ///< written by our handler, and no room for it in our kernel

  /// `write-write`: both sides are writing and neither reads, the textbook's deadlock. `slow-reader`: the peer has sent
  /// nothing that we have not read; it just does not read.
  [[nodiscard]] std::string_view deadlock() const noexcept { return unread > 0 ? "write-write" : "slow-reader"; }
};

/// `buffered`: input that the session has taken from the kernel and the handler has not, beside what is kept.
[[nodiscard]] Stall diagnose_stall(const Connection& connection, std::size_t buffered = 0) noexcept;

}  // namespace echopool
