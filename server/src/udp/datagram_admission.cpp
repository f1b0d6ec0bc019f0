#include "udp/datagram_admission.hpp"

#include <algorithm>

namespace echopool {
namespace {

using Family = Endpoint::Family;

constexpr std::uint16_t first_unprivileged_port = 1024;
constexpr std::uint16_t nfs_port = 2049;

bool is_multicast(const Endpoint& endpoint) noexcept {
  const std::uint8_t first = endpoint.address()[0];
  return endpoint.family() == Family::v4 ? (first & 0xf0U) == 0xe0 : first == 0xff;
}

bool may_send(const Endpoint& peer) noexcept {
  if (is_multicast(peer) || peer.is_wildcard()) return false;
  if (peer.family() == Family::v6) return peer.unmapped().family() == Family::v6;
  // 0.0.0.0/8 and 255.0.0.0/8, limited broadcast among them (RFC 1122 section 3.2.1.3).
  return peer.family() == Family::v4 && peer.address()[0] != 0 && peer.address()[0] != 255;
}

}  // namespace

std::optional<DropReason> refusal(const DatagramPath& path, std::span<const std::uint16_t> own_ports) noexcept {
  const std::uint16_t port = path.peer.port();
  if (port < first_unprivileged_port || port == nfs_port ||
      std::find(own_ports.begin(), own_ports.end(), port) != own_ports.end())
    return DropReason::source_port;
  if (!may_send(path.peer)) return DropReason::source_address;
  if (!path.to_us || is_multicast(path.destination)) return DropReason::destination;
  return std::nullopt;
}

}  // namespace echopool
