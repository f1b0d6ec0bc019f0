// Tests: tcp_listener, poll_timeout
// How connections come in: several listeners, limits that hold for all of them, and a kernel that refuses.
#include "disciplines.hpp"
#include "eventually.hpp"
#include "faulty_calls.hpp"
#include "handed_over.hpp"
#include "private_network.hpp"

#include <netinet/in.h>
#include <sys/un.h>
#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <fstream>

using namespace echopool;
using namespace echopool::test;

namespace {

/// Counts calls of accept4(2) between two pauses of the acceptor: polls that wait for nothing but its wake-up.
class RefusingKernel : public SystemCalls {
 public:
  int accept4(int fd, sockaddr* address, socklen_t* length, int flags) noexcept override {
    if (!refuses) return SystemCalls::accept4(fd, address, length, flags);
    most_in_a_row = std::max(most_in_a_row.load(), ++in_a_row);
    errno = EPERM;
    return -1;
  }
  int poll(pollfd* fds, nfds_t count, int timeout_ms) noexcept override {
    if (count == 1 && timeout_ms > 0 && refuses) {
      in_a_row = 0;
      ++pauses;
    }
    return SystemCalls::poll(fds, count, timeout_ms);
  }
  std::atomic<bool> refuses{true};
  std::atomic<int> pauses{0};
  std::atomic<int> most_in_a_row{0};

 private:
  int in_a_row = 0;
};

}  // namespace

// The second listener's connections wait as those of the first do.
ECHOPOOL_TEST(a_full_server_resets_no_connection_of_any_listener) {
  ServerSettings settings = settings_for(idle);
  settings.limits.connections = 64;
  settings.pool.workers = 80;
  settings.pool.queue = 1;
  settings.pool.queue_timeout = std::nullopt;
  UniqueFd first = listening_socket();
  UniqueFd second = listening_socket();
  const Endpoint to_first = local_endpoint(first.get());
  std::vector<Client> clients;
  for (int i = 0; i < 64; ++i) clients.emplace_back(to_first);
  clients.emplace_back(local_endpoint(second.get()));
  Server server{settings};
  server.serve_tcp(InheritedSocket{first.release()}, echo);
  server.serve_tcp(InheritedSocket{second.release()}, echo);
  server.start();
  BOOST_TEST(eventually([&] { return server.stats().accepted >= 64; }));
  clients.front().close();
  for (std::size_t i = 1; i < clients.size(); ++i) {
    clients[i].send("hello");
    BOOST_TEST(clients[i].receive(5) == "hello");
    clients[i].close();
  }
  BOOST_TEST(server.stats().refused_for(RefuseReason::connections) == 0U);
  BOOST_TEST(server.stats().refused_for(RefuseReason::queue_full) == 0U);
}

ECHOPOOL_TEST(an_accept_that_goes_on_failing_does_not_spin) {
  RefusingKernel calls;
  ServerInternals::Impl server{settings_for(idle), calls};
  server.listen_on(loopback(), echo);
  server.start();
  Client client{server.tcp_endpoints.front()};
  BOOST_TEST(eventually([&] { return calls.pauses >= 2; }, 5s));
  BOOST_TEST(calls.most_in_a_row <= 64);
  calls.refuses = false;
  client.send("hello");
  BOOST_TEST(client.receive(5) == "hello");
}

ECHOPOOL_TEST(a_listener_that_is_no_tcp_socket_is_refused_with_a_sentence) {
  UniqueFd fd{::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)};
  sockaddr_un name{};
  name.sun_family = AF_UNIX;  // the kernel chooses an abstract one
  BOOST_TEST_REQUIRE(::bind(fd.get(), reinterpret_cast<const sockaddr*>(&name), sizeof(sa_family_t)) == 0);
  BOOST_TEST_REQUIRE(::listen(fd.get(), 8) == 0);
  Server server{settings_for(idle)};
  BOOST_CHECK_EXCEPTION(server.serve_tcp(InheritedSocket{fd.release()}, echo), StartError, [](const StartError& error) {
    return std::string{error.what()}.find("TCP") != std::string::npos;
  });
}

// Of four ports half are taken for IPv6: a port that is free for IPv4 is none for both.
BOOST_AUTO_TEST_CASE(any_free_port_of_both_families_is_found_over_udp_as_over_tcp,
                     *boost::unit_test::precondition(private_network_permitted)) {
  enter_private_network();
  {
    std::ofstream range{"/proc/sys/net/ipv4/ip_local_port_range"};
    range << "40000 40003" << std::flush;
    BOOST_TEST_REQUIRE(range.good());
  }
  std::vector<UniqueFd> taken;
  for (const std::uint16_t port : {std::uint16_t{40000}, std::uint16_t{40003}}) {
    for (const int type : {SOCK_DGRAM, SOCK_STREAM}) {
      UniqueFd& fd = taken.emplace_back(::socket(AF_INET6, type | SOCK_CLOEXEC, 0));
      const SocketAddress where = to_sockaddr(Endpoint::parse("[::]:0").with_port(port));
      const int on = 1;
      ::setsockopt(fd.get(), IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on);
      BOOST_TEST_REQUIRE(::bind(fd.get(), where.get(), where.length) == 0);
    }
  }
  for (int round = 0; round < 12; ++round) {
    Server server;
    BOOST_CHECK_NO_THROW(server.serve_udp(Endpoint::parse("*:0"), [](Datagram&) {}));
    BOOST_CHECK_NO_THROW(server.serve_tcp(Endpoint::parse("*:0"), echo));
    BOOST_TEST(server.endpoints().size() == 4U);
  }
}
