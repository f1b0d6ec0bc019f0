#include "inherited_sockets.hpp"

#include "printing.hpp"

#include <boost/test/unit_test.hpp>

#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cstdlib>

using namespace echopool;

namespace {

UniqueFd make(int family, int type) { return UniqueFd{::socket(family, type | SOCK_CLOEXEC, 0)}; }

SocketKind kind(const UniqueFd& fd) { return kind_of_socket(fd.get()); }

}  // namespace

BOOST_AUTO_TEST_CASE(a_socket_is_told_by_what_it_does) {
  const UniqueFd stream = make(AF_INET, SOCK_STREAM);
  BOOST_TEST(kind(stream) == SocketKind::tcp_connection);
  BOOST_REQUIRE(::listen(stream.get(), 1) == 0);
  BOOST_TEST(kind(stream) == SocketKind::tcp_listener);
  BOOST_TEST(kind(make(AF_INET6, SOCK_DGRAM)) == SocketKind::udp);
  BOOST_TEST(kind(make(AF_UNIX, SOCK_STREAM)) == SocketKind::none);
  BOOST_TEST(kind(make(AF_UNIX, SOCK_DGRAM)) == SocketKind::none);
  BOOST_TEST(kind_of_socket(-1) == SocketKind::none);
  std::array<int, 2> ends{};
  BOOST_REQUIRE(::pipe(ends.data()) == 0);
  const UniqueFd reading{ends[0]};
  const UniqueFd writing{ends[1]};
  BOOST_TEST(kind(reading) == SocketKind::none);
}

BOOST_AUTO_TEST_CASE(sockets_for_another_process_are_left_alone_and_the_variables_removed) {
  ::setenv("LISTEN_PID", "1", 1);
  ::setenv("LISTEN_FDS", "1", 1);
  ::setenv("LISTEN_FDNAMES", "echo", 1);
  BOOST_TEST(take_systemd_sockets().empty());
  for (const char* name : {"LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES"}) BOOST_TEST((std::getenv(name) == nullptr));
  BOOST_TEST(take_systemd_sockets().empty());
}
