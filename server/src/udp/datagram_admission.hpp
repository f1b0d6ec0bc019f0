// Which datagrams must never be answered. Internal. Pure, any thread.
#pragma once

#include <echopool/endpoint.hpp>
#include <echopool/stats.hpp>

#include <cstdint>
#include <optional>
#include <span>

namespace echopool {

/// Where a datagram came from and whom it was meant for, as the kernel tells (ip(7) IP_PKTINFO, ipv6(7) IPV6_PKTINFO).
struct DatagramPath {
  Endpoint peer;         ///< an IPv4-mapped address only where an IPv6-only socket received one
  Endpoint destination;  ///< what the sender wrote into the header
  bool to_us = false;    ///< the destination is an address of this host; an interface's broadcast address is not
};

/// Why `path` leads nowhere good, or nullopt: it may be answered.
///
/// An answer to a port below 1024 or to 2049 (NFS) may be taken for a request there; an answer to one of `own_ports` is
/// one if a server like us listens on it, and the two never end (CVE-1999-0103, CVE-2024-2169). The addresses are those
/// that OpenBSD's inetd refuses (dg_badinput()), and what was sent to many must not be answered by each of them.
[[nodiscard]] std::optional<DropReason> refusal(const DatagramPath& path,
                                                std::span<const std::uint16_t> own_ports) noexcept;

}  // namespace echopool
