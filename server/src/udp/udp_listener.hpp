// One UDP socket with its handler: bound by us, or inherited and made ready. Internal. Opened by the thread that sets
// the server up; the UDP thread then receives from it.
#pragma once

#include "kernel/system_calls.hpp"
#include "unique_fd.hpp"

#include <echopool/datagram.hpp>
#include <echopool/endpoint.hpp>
#include <echopool/settings.hpp>

#include <cstdint>

namespace echopool {

struct UdpListener {
  /// A bound socket. Requires family v4 or v6 (IPv6 sockets are IPv6-only). Never with SO_REUSEADDR, which lets another
  /// process take the datagrams of a bound UDP socket. Throws StartError naming the address and the remedy.
  static UdpListener bind(const Endpoint& where, const SocketSettings& settings, DatagramHandler handler,
                          SystemCalls& calls);
  /// Takes over a UDP socket that another process has bound. Throws StartError when it is no such thing.
  static UdpListener adopt(UniqueFd socket, DatagramHandler handler, SystemCalls& calls);

  /// Datagrams that found the socket's receive buffer full since it was opened, modulo 2^32. SO_MEMINFO gives the count
  /// that SO_RXQ_OVFL sends along with datagrams (socket(7)), but also when none arrives any more.
  [[nodiscard]] std::uint32_t overflows() const noexcept;

  UniqueFd socket;
  Endpoint local;
  DatagramHandler handler;
  bool takes_mapped = false;  ///< an inherited IPv6 socket that is not IPv6-only, and so takes IPv4 as well
};

}  // namespace echopool
