#include "sockaddr.hpp"

#include <netinet/in.h>

#include <cstring>

namespace echopool {

SocketAddress to_sockaddr(const Endpoint& endpoint) noexcept {
  SocketAddress result;
  if (endpoint.family() == Endpoint::Family::v4) {
    sockaddr_in v4{};
    v4.sin_family = AF_INET;
    v4.sin_port = htons(endpoint.port());
    std::memcpy(&v4.sin_addr, endpoint.address().data(), sizeof v4.sin_addr);
    std::memcpy(&result.storage, &v4, sizeof v4);
    result.length = sizeof v4;
  } else {
    sockaddr_in6 v6{};
    v6.sin6_family = AF_INET6;
    v6.sin6_port = htons(endpoint.port());
    v6.sin6_scope_id = endpoint.scope();
    std::memcpy(&v6.sin6_addr, endpoint.address().data(), sizeof v6.sin6_addr);
    std::memcpy(&result.storage, &v6, sizeof v6);
    result.length = sizeof v6;
  }
  return result;
}

Endpoint to_endpoint(const sockaddr* address, socklen_t length) noexcept {
  Endpoint::Bytes bytes{};
  if (length >= sizeof(sockaddr_in) && address->sa_family == AF_INET) {
    sockaddr_in v4;
    std::memcpy(&v4, address, sizeof v4);
    std::memcpy(bytes.data(), &v4.sin_addr, sizeof v4.sin_addr);
    return Endpoint{Endpoint::Family::v4, bytes, ntohs(v4.sin_port)};
  }
  if (length >= sizeof(sockaddr_in6) && address->sa_family == AF_INET6) {
    sockaddr_in6 v6;
    std::memcpy(&v6, address, sizeof v6);
    std::memcpy(bytes.data(), &v6.sin6_addr, sizeof v6.sin6_addr);
    return Endpoint{Endpoint::Family::v6, bytes, ntohs(v6.sin6_port), v6.sin6_scope_id};
  }
  return Endpoint{};
}

Endpoint local_endpoint(int fd) noexcept {
  SocketAddress address;
  if (::getsockname(fd, address.get(), &address.length) != 0) return Endpoint{};
  return to_endpoint(address.get(), address.length);
}

Endpoint peer_endpoint(int fd) noexcept {
  SocketAddress address;
  if (::getpeername(fd, address.get(), &address.length) != 0) return Endpoint{};
  return to_endpoint(address.get(), address.length);
}

}  // namespace echopool
