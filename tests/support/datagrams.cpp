#include "datagrams.hpp"

#include "sockaddr.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/ip.h>
#include <netinet/ip6.h>
#include <netinet/udp.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <span>
#include <system_error>

namespace echopool::test {
namespace {

[[noreturn]] void fail(const std::string& what) { throw std::system_error{errno, std::generic_category(), what}; }

int domain_of(const Endpoint& endpoint) { return endpoint.family() == Endpoint::Family::v6 ? AF_INET6 : AF_INET; }

void append(std::string& to, const void* bytes, std::size_t size) { to.append(static_cast<const char*>(bytes), size); }

/// The one's complement sum of RFC 1071.
std::uint16_t checksum(std::string_view bytes) {
  std::uint32_t sum = 0;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    const auto byte = static_cast<std::uint32_t>(static_cast<unsigned char>(bytes[i]));
    sum += i % 2 == 0 ? byte << 8 : byte;
  }
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >> 16);
  return htons(static_cast<std::uint16_t>(~sum & 0xffff));
}

std::string udp_packet(const Endpoint& from, const Endpoint& to, std::string_view bytes, std::uint16_t sum) {
  const udphdr header{.uh_sport = htons(from.port()),
                      .uh_dport = htons(to.port()),
                      .uh_ulen = htons(static_cast<std::uint16_t>(sizeof(udphdr) + bytes.size())),
                      .uh_sum = sum};
  std::string packet;
  append(packet, &header, sizeof header);
  return packet.append(bytes);
}

std::string v4_packet(const Endpoint& from, const Endpoint& to, std::string_view bytes) {
  const std::string payload = udp_packet(from, to, bytes, 0);  // no checksum: RFC 768 allows it
  ip header{};
  header.ip_v = 4;
  header.ip_hl = sizeof header / 4;
  header.ip_len = htons(static_cast<std::uint16_t>(sizeof header + payload.size()));
  header.ip_ttl = 64;
  header.ip_p = IPPROTO_UDP;
  std::memcpy(&header.ip_src, from.address().data(), sizeof header.ip_src);
  std::memcpy(&header.ip_dst, to.address().data(), sizeof header.ip_dst);
  std::string packet;
  append(packet, &header, sizeof header);
  return packet += payload;
}

std::string v6_packet(const Endpoint& from, const Endpoint& to, std::string_view bytes) {
  std::string pseudo;  // RFC 8200 section 8.1
  append(pseudo, from.address().data(), 16);
  append(pseudo, to.address().data(), 16);
  const std::uint32_t length = htonl(static_cast<std::uint32_t>(sizeof(udphdr) + bytes.size()));
  const std::uint32_t next = htonl(IPPROTO_UDP);
  append(pseudo, &length, sizeof length);
  append(pseudo, &next, sizeof next);
  const std::uint16_t sum = checksum(pseudo + udp_packet(from, to, bytes, 0));
  const std::string payload = udp_packet(from, to, bytes, sum == 0 ? 0xffff : sum);  // 0 is "none": RFC 8200

  ip6_hdr header{};
  header.ip6_flow = htonl(6U << 28);
  header.ip6_plen = htons(static_cast<std::uint16_t>(payload.size()));
  header.ip6_nxt = IPPROTO_UDP;
  header.ip6_hlim = 64;
  std::memcpy(&header.ip6_src, from.address().data(), 16);
  std::memcpy(&header.ip6_dst, to.address().data(), 16);
  std::string packet;
  append(packet, &header, sizeof header);
  return packet += payload;
}

}  // namespace

UdpPeer::UdpPeer(const Endpoint& local) : fd_{::socket(domain_of(local), SOCK_DGRAM | SOCK_CLOEXEC, 0)} {
  if (!fd_) fail("socket");
  const timeval fuse{.tv_sec = 20, .tv_usec = 0};
  ::setsockopt(fd_.get(), SOL_SOCKET, SO_RCVTIMEO, &fuse, sizeof fuse);
  const SocketAddress address = to_sockaddr(local);
  if (::bind(fd_.get(), address.get(), address.length) != 0) fail("bind " + local.to_string());
}

Endpoint UdpPeer::local() const { return local_endpoint(fd_.get()); }

void UdpPeer::send(const Endpoint& to, std::string_view bytes) {
  const SocketAddress address = to_sockaddr(to);
  if (::sendto(fd_.get(), bytes.data(), bytes.size(), 0, address.get(), address.length) < 0)
    fail("send to " + to.to_string());
}

UdpPeer::Received UdpPeer::receive() {
  auto received = receive(0);
  if (!received) fail("waiting for a datagram");
  return std::move(*received);
}

std::optional<UdpPeer::Received> UdpPeer::receive_now() { return receive(MSG_DONTWAIT); }

UdpPeer::Received UdpPeer::ask(const Endpoint& where, std::string_view bytes) {
  send(where, bytes);
  return receive();
}

void UdpPeer::allow_broadcast() {
  const int on = 1;
  if (::setsockopt(fd_.get(), SOL_SOCKET, SO_BROADCAST, &on, sizeof on) != 0) fail("SO_BROADCAST");
}

std::optional<UdpPeer::Received> UdpPeer::receive(int flags) {
  std::string bytes(65'536, '\0');
  SocketAddress from;
  const auto size = ::recvfrom(fd_.get(), bytes.data(), bytes.size(), flags, from.get(), &from.length);
  if (size < 0) return std::nullopt;
  bytes.resize(static_cast<std::size_t>(size));
  return Received{std::move(bytes), to_endpoint(from.get(), from.length)};
}

bool answers_datagrams(const Endpoint& server) {
  UdpPeer peer;
  for (int attempt = 0; attempt < 50; ++attempt) {
    peer.send(server, "datagram");
    pollfd answer{.fd = peer.fd(), .events = POLLIN, .revents = 0};
    if (::poll(&answer, 1, 200) > 0) return peer.receive().bytes == "datagram";
  }
  return false;
}

Forger::Forger()
    : v4_{::socket(AF_INET, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_RAW)},
      v6_{::socket(AF_INET6, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_RAW)} {
  if (!v4_ || !v6_) fail("raw socket");
}

void Forger::send(const Endpoint& from, const Endpoint& to, std::string_view bytes) {
  const bool v6 = to.family() == Endpoint::Family::v6;
  const std::string packet = v6 ? v6_packet(from, to, bytes) : v4_packet(from, to, bytes);
  const SocketAddress address = to_sockaddr(to.with_port(0));
  const int fd = v6 ? v6_.get() : v4_.get();
  if (::sendto(fd, packet.data(), packet.size(), 0, address.get(), address.length) < 0)
    fail("forging a datagram from " + from.to_string() + " to " + to.to_string());
}

}  // namespace echopool::test
