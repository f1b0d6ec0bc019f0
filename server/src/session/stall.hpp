// The diagnosis of a send that found no reader. Internal. Called by the worker whose send timed out.
#pragma once

#include "kernel/stream.hpp"

#include <cstddef>
#include <string_view>

namespace echopool {

/// Who is waiting for whom, in bytes.
struct Stall {
  std::size_t unsent = 0;  ///< written by us, not yet acknowledged by the peer's kernel (SIOCOUTQ, tcp(7))
  std::size_t unread = 0;  ///< written by the peer, not yet read by our handler (SIOCINQ, tcp(7), and our own buffer)

  /// `write-write`: both sides are writing and nobody reads, the textbook's deadlock. `slow-reader`: the peer has sent
  /// nothing that we have not read; it just does not read.
  [[nodiscard]] std::string_view deadlock() const noexcept { return unread > 0 ? "write-write" : "slow-reader"; }
};

/// `buffered`: input that the session has taken from the kernel but the handler has not.
[[nodiscard]] inline Stall diagnose_stall(Stream& stream, std::size_t buffered) noexcept {
  return {stream.unsent(), stream.unread() + buffered};
}

}  // namespace echopool
