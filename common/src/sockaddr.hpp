// Endpoint to sockaddr and back. Internal. Plain values, any thread.
#pragma once

#include <echopool/endpoint.hpp>

#include <sys/socket.h>

namespace echopool {

/// A sockaddr of either family with its length, ready for bind(2), connect(2), sendto(2).
struct SocketAddress {
  sockaddr_storage storage{};
  socklen_t length = sizeof(sockaddr_storage);

  [[nodiscard]] sockaddr* get() noexcept { return reinterpret_cast<sockaddr*>(&storage); }
  [[nodiscard]] const sockaddr* get() const noexcept { return reinterpret_cast<const sockaddr*>(&storage); }
};

/// Requires family() v4 or v6; Family::any is written as the IPv6 wildcard.
[[nodiscard]] SocketAddress to_sockaddr(const Endpoint& endpoint) noexcept;

/// AF_INET or AF_INET6; anything else gives `*:0`.
[[nodiscard]] Endpoint to_endpoint(const sockaddr* address, socklen_t length) noexcept;

/// getsockname(2) and getpeername(2); `*:0` when they fail.
[[nodiscard]] Endpoint local_endpoint(int fd) noexcept;
[[nodiscard]] Endpoint peer_endpoint(int fd) noexcept;

}  // namespace echopool
