// The other end's socket, when it is on this host: its buffers exactly, from the kernel's socket table. Internal. Any
// thread; an object belongs to one.
#pragma once

#include "unique_fd.hpp"

#include <echopool/endpoint.hpp>

#include <cstdint>
#include <optional>

namespace echopool::client {

struct PeerQueues {
  std::uint32_t unread = 0;  ///< received by its kernel and not yet read by the server
  std::uint32_t unsent = 0;  ///< written by the server and not yet acknowledged by our kernel
};

/// Asks sock_diag(7) over netlink, as ss(8) does; no privilege is needed.
class PeerSocketLookup {
 public:
  /// `local` and `peer` as our end of the connection has them.
  PeerSocketLookup(const Endpoint& local, const Endpoint& peer);

  /// nullopt: the peer is on another host or in another network namespace, or the kernel does not tell.
  [[nodiscard]] std::optional<PeerQueues> look() const noexcept;

 private:
  Endpoint local_;
  Endpoint peer_;
  UniqueFd netlink_;
};

}  // namespace echopool::client
