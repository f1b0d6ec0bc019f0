#include "port_owner.hpp"

#include "sockaddr.hpp"
#include "unique_fd.hpp"

#include <boost/test/unit_test.hpp>

#include <sys/socket.h>
#include <unistd.h>

using namespace echopool;

namespace {

const std::string me = "port_owner_test (pid " + std::to_string(::getpid()) + ")";

UniqueFd bound(const char* where, int type) {
  const SocketAddress address = to_sockaddr(Endpoint::parse(where));
  UniqueFd fd{::socket(address.get()->sa_family, type | SOCK_CLOEXEC, 0)};
  BOOST_REQUIRE(::bind(fd.get(), address.get(), address.length) == 0);
  return fd;
}

std::string owner(const Endpoint& where, Transport transport) {
  return owner_of_port(where, transport).value_or("nobody");
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_listener_is_found_by_its_address_and_port) {
  const UniqueFd fd = bound("127.0.0.1:0", SOCK_STREAM);
  const Endpoint where = local_endpoint(fd.get());
  BOOST_TEST(owner(where, Transport::tcp) == "nobody");
  BOOST_REQUIRE(::listen(fd.get(), 1) == 0);
  BOOST_TEST(owner(where, Transport::tcp) == me);
  BOOST_TEST(owner(where, Transport::udp) == "nobody");
  BOOST_TEST(owner(Endpoint::parse("*:0").with_port(where.port()), Transport::tcp) == me);
  BOOST_TEST(owner(Endpoint::parse("0.0.0.0:0").with_port(where.port()), Transport::tcp) == me);
  BOOST_TEST(owner(Endpoint::parse("127.0.0.2:0").with_port(where.port()), Transport::tcp) == "nobody");
  BOOST_TEST(owner(Endpoint::parse("[::1]:0").with_port(where.port()), Transport::tcp) == "nobody");
}

BOOST_AUTO_TEST_CASE(a_socket_at_all_addresses_is_in_the_way_of_each) {
  const UniqueFd fd = bound("[::]:0", SOCK_DGRAM);
  const std::uint16_t port = local_endpoint(fd.get()).port();
  BOOST_TEST(owner(Endpoint::parse("[::1]:0").with_port(port), Transport::udp) == me);
  BOOST_TEST(owner(Endpoint::parse("127.0.0.1:0").with_port(port), Transport::udp) == me);
  BOOST_TEST(owner(Endpoint::parse("[::1]:0").with_port(port), Transport::tcp) == "nobody");
}

BOOST_AUTO_TEST_CASE(an_ipv6_address_is_read_right) {
  const UniqueFd fd = bound("[::1]:0", SOCK_DGRAM);
  BOOST_TEST(owner(local_endpoint(fd.get()), Transport::udp) == me);
}
