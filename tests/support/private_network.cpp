#include "private_network.hpp"

#include "eventually.hpp"
#include "sockaddr.hpp"
#include "unique_fd.hpp"

#include <linux/ipv6.h>
#include <net/if.h>
#include <net/route.h>
#include <netinet/in.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <system_error>

namespace echopool::test {
namespace {

bool unshare_network() noexcept { return ::unshare(CLONE_NEWNET) == 0 || ::unshare(CLONE_NEWUSER | CLONE_NEWNET) == 0; }

void control(int family, unsigned long request, void* argument, const char* what) {
  const UniqueFd socket{::socket(family, SOCK_DGRAM | SOCK_CLOEXEC, 0)};
  if (!socket || ::ioctl(socket.get(), request, argument) != 0)
    throw std::system_error{errno, std::generic_category(), what};
}

}  // namespace

boost::test_tools::assertion_result private_network_permitted(boost::unit_test::test_unit_id /*unit*/) {
  const pid_t child = ::fork();
  if (child == 0) ::_exit(unshare_network() ? 0 : 1);
  int status = 1;
  ::waitpid(child, &status, 0);
  boost::test_tools::assertion_result result{status == 0};
  if (status != 0) result.message() << "no network namespace of its own: needs root or unprivileged user namespaces";
  return result;
}

void enter_private_network() {
  if (!unshare_network()) throw std::system_error{errno, std::generic_category(), "unshare"};
  ifreq loopback{};
  std::strcpy(loopback.ifr_name, "lo");
  loopback.ifr_flags = IFF_UP;
  control(AF_INET, SIOCSIFFLAGS, &loopback, "ip link set lo up");
}

void join_on_loopback(int socket, const Endpoint& group) {
  const SocketAddress address = to_sockaddr(group);
  const auto lo = ::if_nametoindex("lo");
  group_req request{};
  request.gr_interface = lo;
  std::memcpy(&request.gr_group, &address.storage, sizeof request.gr_group);
  const bool v6 = group.family() == Endpoint::Family::v6;
  const int level = v6 ? IPPROTO_IPV6 : IPPROTO_IP;
  if (!v6 && (group.address()[0] & 0xf0U) != 0xe0) return;
  bool done = ::setsockopt(socket, level, MCAST_JOIN_GROUP, &request, sizeof request) == 0;
  if (v6) {
    in6_rtmsg route{};  // the loopback interface has none for multicast, and takes only local ones
    route.rtmsg_dst.s6_addr[0] = 0xff;
    route.rtmsg_dst_len = 8;
    route.rtmsg_flags = RTF_UP | RTF_LOCAL;
    route.rtmsg_metric = 1;
    route.rtmsg_ifindex = static_cast<int>(lo);
    const UniqueFd router{::socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0)};
    done = (::ioctl(router.get(), SIOCADDRT, &route) == 0 || errno == EEXIST) && done;
    const int index = static_cast<int>(lo);
    done = ::setsockopt(socket, level, IPV6_MULTICAST_IF, &index, sizeof index) == 0 && done;
  } else {
    ip_mreqn through{};
    through.imr_ifindex = static_cast<int>(lo);
    done = ::setsockopt(socket, level, IP_MULTICAST_IF, &through, sizeof through) == 0 && done;
  }
  if (!done) throw std::system_error{errno, std::generic_category(), "joining " + group.to_string()};
}

void add_loopback_address(const Endpoint& address) {
  in6_ifreq request{};
  std::memcpy(&request.ifr6_addr, address.address().data(), sizeof request.ifr6_addr);
  request.ifr6_prefixlen = 128;
  request.ifr6_ifindex = static_cast<int>(::if_nametoindex("lo"));
  control(AF_INET6, SIOCSIFADDR, &request, "ip address add dev lo");
  // The kernel makes it usable a moment later (duplicate address detection, even where there is nothing to detect).
  const UniqueFd socket{::socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0)};
  const SocketAddress where = to_sockaddr(address.with_port(0));
  if (!eventually([&] { return ::bind(socket.get(), where.get(), where.length) == 0; }))
    throw std::system_error{errno, std::generic_category(), "waiting for " + address.to_string()};
}

}  // namespace echopool::test
