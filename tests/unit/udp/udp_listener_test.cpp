#include "udp/udp_listener.hpp"

#include "datagrams.hpp"
#include "sockaddr.hpp"

#include <echopool/error.hpp>

#include <boost/test/unit_test.hpp>

#include <netinet/in.h>
#include <sys/socket.h>

#include <cerrno>
#include <string>

using namespace echopool;
using echopool::test::loopback;
using echopool::test::UdpPeer;

namespace {

void ignore(Datagram& /*datagram*/) {}

UdpListener bind(const Endpoint& where, const SocketSettings& settings = {}) {
  return UdpListener::bind(where, settings, ignore, SystemCalls::real());
}

int option(const UdpListener& listener, int level, int name) {
  int value = -1;
  socklen_t length = sizeof value;
  ::getsockopt(listener.socket.get(), level, name, &value, &length);
  return value;
}

auto failure(int error, const std::string& text) {
  return [error, text](const StartError& thrown) {
    BOOST_TEST_MESSAGE(thrown.what());
    return thrown.code().value() == error && std::string{thrown.what()}.find(text) != std::string::npos;
  };
}

class NoPacketInfo : public SystemCalls {
 public:
  int setsockopt(int fd, int level, int name, const void* value, socklen_t length) noexcept override {
    if ((level == IPPROTO_IP && name == IP_PKTINFO) || (level == IPPROTO_IPV6 && name == IPV6_RECVPKTINFO)) {
      errno = ENOPROTOOPT;
      return -1;
    }
    return SystemCalls::setsockopt(fd, level, name, value, length);
  }
};

}  // namespace

BOOST_AUTO_TEST_CASE(a_bound_socket_has_its_real_port_and_the_options_it_needs) {
  const UdpListener v4 = bind(loopback());
  BOOST_TEST(v4.local.port() != 0);
  BOOST_TEST(v4.local.address_string() == "127.0.0.1");
  BOOST_TEST(option(v4, IPPROTO_IP, IP_PKTINFO) == 1);
  const UdpListener v6 = bind(Endpoint::parse("[::1]:0"));
  BOOST_TEST(option(v6, IPPROTO_IPV6, IPV6_RECVPKTINFO) == 1);
  BOOST_TEST(option(v6, IPPROTO_IPV6, IPV6_V6ONLY) == 1);
  for (const UdpListener* listener : {&v4, &v6}) {
    BOOST_TEST(option(*listener, SOL_SOCKET, SO_REUSEADDR) == 0);
    BOOST_TEST(option(*listener, SOL_SOCKET, SO_REUSEPORT) == 0);
    BOOST_TEST(!listener->takes_mapped);
  }
}

BOOST_AUTO_TEST_CASE(buffer_sizes_and_port_sharing_are_taken_from_the_settings) {
  SocketSettings settings;
  settings.receive_buffer = 32_KiB;
  settings.send_buffer = 16_KiB;
  settings.reuse_port = true;
  const UdpListener listener = bind(loopback(), settings);
  BOOST_TEST(option(listener, SOL_SOCKET, SO_RCVBUF) == 64 * 1024);  // the kernel doubles it: socket(7)
  BOOST_TEST(option(listener, SOL_SOCKET, SO_SNDBUF) == 32 * 1024);
  BOOST_TEST(option(listener, SOL_SOCKET, SO_REUSEPORT) == 1);
}

BOOST_AUTO_TEST_CASE(one_port_serves_both_families_side_by_side) {
  const UdpListener v4 = bind(Endpoint::parse("0.0.0.0:0"));
  BOOST_TEST(bind(Endpoint::parse("[::]:0").with_port(v4.local.port())).local.port() == v4.local.port());
}

BOOST_AUTO_TEST_CASE(a_port_in_use_is_refused_even_where_its_owner_would_share_it) {
  UdpPeer owner;
  const int on = 1;
  ::setsockopt(owner.fd(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  BOOST_CHECK_EXCEPTION(bind(owner.local()), StartError, failure(EADDRINUSE, owner.local().to_string()));
}

BOOST_AUTO_TEST_CASE(an_address_that_is_not_ours_is_refused) {
  BOOST_CHECK_EXCEPTION(bind(Endpoint::parse("198.51.100.1:0")), StartError, failure(EADDRNOTAVAIL, "198.51.100.1:0"));
}

BOOST_AUTO_TEST_CASE(a_kernel_that_does_not_tell_the_destination_is_refused) {
  NoPacketInfo calls;
  BOOST_CHECK_EXCEPTION(UdpListener::bind(loopback(), {}, ignore, calls), StartError,
                        failure(ENOPROTOOPT, "IP_PKTINFO"));
  BOOST_CHECK_EXCEPTION(UdpListener::bind(Endpoint::parse("[::1]:0"), {}, ignore, calls), StartError,
                        failure(ENOPROTOOPT, "[::1]"));
}

BOOST_AUTO_TEST_CASE(an_inherited_socket_is_made_ready) {
  UniqueFd socket{::socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0)};
  const int off = 0;
  const int on = 1;
  ::setsockopt(socket.get(), IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off);
  ::setsockopt(socket.get(), SOL_SOCKET, SO_BROADCAST, &on, sizeof on);
  ::setsockopt(socket.get(), IPPROTO_IP, IP_RECVERR, &on, sizeof on);
  ::setsockopt(socket.get(), IPPROTO_IPV6, IPV6_RECVERR, &on, sizeof on);
  const SocketAddress any = to_sockaddr(Endpoint::parse("[::]:0"));
  BOOST_REQUIRE(::bind(socket.get(), any.get(), any.length) == 0);

  const UdpListener listener = UdpListener::adopt(std::move(socket), ignore, SystemCalls::real());
  BOOST_TEST(listener.local.port() != 0);
  BOOST_TEST(listener.takes_mapped);
  BOOST_TEST(option(listener, IPPROTO_IPV6, IPV6_RECVPKTINFO) == 1);
  BOOST_TEST(option(listener, IPPROTO_IP, IP_PKTINFO) == 1);
  BOOST_TEST(option(listener, SOL_SOCKET, SO_BROADCAST) == 0);
  BOOST_TEST(option(listener, IPPROTO_IP, IP_RECVERR) == 0);
  BOOST_TEST(option(listener, IPPROTO_IPV6, IPV6_RECVERR) == 0);
}

BOOST_AUTO_TEST_CASE(an_inherited_descriptor_that_is_no_bound_udp_socket_is_refused) {
  BOOST_CHECK_EXCEPTION(
      UdpListener::adopt(UniqueFd{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)}, ignore, SystemCalls::real()),
      StartError, failure(EINVAL, "not a UDP socket"));
  BOOST_CHECK_EXCEPTION(
      UdpListener::adopt(UniqueFd{::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)}, ignore, SystemCalls::real()),
      StartError, failure(EINVAL, "not a UDP socket"));
  BOOST_CHECK_EXCEPTION(
      UdpListener::adopt(UniqueFd{::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)}, ignore, SystemCalls::real()),
      StartError, failure(EINVAL, "without a port"));
}

BOOST_AUTO_TEST_CASE(overflows_are_counted_by_the_datagram) {
  SocketSettings settings;
  settings.receive_buffer = 4_KiB;
  const UdpListener listener = bind(loopback(), settings);
  UdpPeer peer;
  for (int i = 0; i < 100; ++i) peer.send(listener.local, "x");
  unsigned queued = 0;
  char byte = 0;
  while (::recv(listener.socket.get(), &byte, 1, MSG_DONTWAIT) >= 0) ++queued;
  BOOST_TEST(queued < 100U);
  BOOST_TEST(listener.overflows() == 100U - queued);
}
