#include "net/network_error.hpp"

#include <cerrno>
#include <system_error>

namespace echopool::client {

std::string error_text(int error) { return std::generic_category().message(error); }

std::string_view advice(int error, Transport transport) noexcept {
  switch (error) {
    case ECONNREFUSED:
      return transport == Transport::tcp
                 ? "nothing listens there: is the service running, and on this port?"
                 : "nothing listens there (the host answered with an ICMP port unreachable): is "
                   "the service running, and on this port?";
    case ETIMEDOUT:
      return "no answer: is the host up, and does a firewall drop the packets?";
    case EHOSTUNREACH:
    case ENETUNREACH:
      return "no route: check the address, the network, or try the other family with -4 or -6";
    case ECONNRESET:
    case EPIPE:
      return "the server broke the connection: its log says why";
    case EADDRNOTAVAIL:
      return "no free local port for this destination, or the source address is not ours: wait for TIME_WAIT "
             "connections to end, or widen net.ipv4.ip_local_port_range";
    case EADDRINUSE:
      return "another socket has this local port: choose another --source-port";
    case EACCES:
    case EPERM:
      return "not permitted: a firewall rule, a broadcast address, or a port below 1024";
    case EMFILE:
      return "too many open files: raise the limit (ulimit -n) or ask for fewer connections";
    case EMSGSIZE:
      return "the datagram is larger than the path or the protocol allows (65,507 bytes over IPv4)";
    case ENOBUFS:
      return "the local interface queue is full: send more slowly";
    case EAFNOSUPPORT:
      return "this machine does not speak that address family: try -4 or -6";
    default:
      return {};
  }
}

std::string explain(int error, Transport transport) {
  std::string text = error_text(error);
  if (const auto next = advice(error, transport); !next.empty()) text.append("; ").append(next);
  return text;
}

}  // namespace echopool::client
