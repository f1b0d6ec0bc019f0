#include "net/socket_setup.hpp"

#include "net/network_error.hpp"

#include <netinet/in.h>
#include <sys/socket.h>

#include <cerrno>
#include <string>

namespace echopool::client {
namespace {

struct OptionName {
  const char* name;
  int level;
  int option;
};

void set(int fd, const OptionName& what, int value) {
  if (::setsockopt(fd, what.level, what.option, &value, sizeof value) != 0)
    throw NetworkError{
        errno, "cannot set " + std::string{what.name} + " to " + std::to_string(value) + ": " + error_text(errno)};
}

int discover_value(Fragmentation fragmentation) noexcept {
  switch (fragmentation) {
    case Fragmentation::never:
      return IP_PMTUDISC_DO;
    case Fragmentation::as_needed:
      return IP_PMTUDISC_DONT;
    default:
      return IP_PMTUDISC_WANT;
  }
}

void apply(const SocketSetup& setup, int fd) {
  int domain = AF_INET;
  socklen_t length = sizeof domain;
  ::getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &domain, &length);
  const bool v6 = domain == AF_INET6;
  if (setup.hop_limit)
    set(fd,
        v6 ? OptionName{"IPV6_UNICAST_HOPS", IPPROTO_IPV6, IPV6_UNICAST_HOPS}
           : OptionName{"IP_TTL", IPPROTO_IP, IP_TTL},
        *setup.hop_limit);
  if (setup.traffic_class)
    set(fd, v6 ? OptionName{"IPV6_TCLASS", IPPROTO_IPV6, IPV6_TCLASS} : OptionName{"IP_TOS", IPPROTO_IP, IP_TOS},
        *setup.traffic_class);
  if (setup.fragmentation != Fragmentation::kernel_default)
    set(fd,
        v6 ? OptionName{"IPV6_MTU_DISCOVER", IPPROTO_IPV6, IPV6_MTU_DISCOVER}
           : OptionName{"IP_MTU_DISCOVER", IPPROTO_IP, IP_MTU_DISCOVER},
        discover_value(setup.fragmentation));
  if (setup.receive_buffer) set(fd, {"SO_RCVBUF", SOL_SOCKET, SO_RCVBUF}, *setup.receive_buffer);
  if (setup.send_buffer) set(fd, {"SO_SNDBUF", SOL_SOCKET, SO_SNDBUF}, *setup.send_buffer);
}

}  // namespace

std::function<void(int)> SocketSetup::applier() const {
  return [setup = *this](int fd) { apply(setup, fd); };
}

}  // namespace echopool::client
