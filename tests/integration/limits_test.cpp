// Which connections come in, and how many: access, limits, their change while the server runs; both forms of a handler.
// Tests: acceptor, admission, settings, live_settings
#include "disciplines.hpp"
#include "eventually.hpp"
#include "printing.hpp"
#include "sockaddr.hpp"

#include <netinet/in.h>
#include <sys/socket.h>

#include <stdexcept>
#include <system_error>

using namespace echopool;
using namespace echopool::test;

namespace {

bool is_served(Client& client) {
  client.send("hello");
  return client.receive(5) == "hello";
}

}  // namespace

ECHOPOOL_TEST(beyond_the_limit_a_connection_waits_in_the_kernels_backlog) {
  ServerSettings settings = settings_for(idle);
  settings.limits.connections = 2;
  RunningServer server{settings};
  Client first = server.connect();
  Client second = server.connect();
  BOOST_TEST(is_served(first));
  BOOST_TEST(is_served(second));
  Client third = server.connect();
  third.send("hello");
  BOOST_TEST(server.stats().accepted == 2U);
  first.close();
  BOOST_TEST(third.receive(5) == "hello");
}

ECHOPOOL_TEST(beyond_the_limit_a_connection_is_reset_when_told_to) {
  ServerSettings settings = settings_for(idle);
  settings.limits.connections = 1;
  settings.pool.overflow = Overflow::refuse;
  RunningServer server{settings};
  Client first = server.connect();
  BOOST_TEST(is_served(first));
  BOOST_TEST(!server.connect().ended_cleanly());
  BOOST_TEST(server.stats().refused_for(RefuseReason::connections) == 1U);
  BOOST_TEST(is_served(first));
}

ECHOPOOL_TEST(a_source_has_no_more_than_its_share) {
  ServerSettings settings = settings_for(idle);
  settings.limits.per_source = 2;
  RunningServer server{settings};
  Client first = server.connect();
  Client second = server.connect();
  BOOST_TEST(is_served(first));
  BOOST_TEST(is_served(second));
  BOOST_TEST(!server.connect().ended_cleanly());
  BOOST_TEST(server.stats().refused_for(RefuseReason::per_source) == 1U);
  first.close();
  BOOST_TEST(eventually([&] { return server.stats().open == 1; }));
  Client third = server.connect();
  BOOST_TEST(is_served(third));
}

ECHOPOOL_TEST(a_share_that_a_reload_sets_counts_what_is_open) {
  ServerSettings settings = settings_for(idle);
  RunningServer server{settings};
  Client first = server.connect();
  Client second = server.connect();
  BOOST_TEST(is_served(first));
  BOOST_TEST(is_served(second));
  settings.limits.per_source = 2;
  server->reconfigure(settings);
  BOOST_TEST(!server.connect().ended_cleanly());
  BOOST_TEST(server.stats().refused_for(RefuseReason::per_source) == 1U);
}

BOOST_AUTO_TEST_CASE(the_longest_idle_connection_of_the_greediest_source_is_evicted) {
  ServerSettings settings = settings_for(IdleConnections::park);
  settings.limits.connections = 3;
  settings.pool.overflow = Overflow::evict;
  Server server{settings};
  server.serve_tcp(loopback(), echo);
  server.serve_tcp(Endpoint::parse("[::1]:0"), echo);
  server.start();
  const Endpoint greedy = server.endpoints().at(0);
  const Endpoint modest = server.endpoints().at(1);
  Client only{modest};
  BOOST_TEST(is_served(only));
  Client first{greedy};
  BOOST_TEST(is_served(first));
  Client second{greedy};
  BOOST_TEST(is_served(second));
  BOOST_TEST(!second.has_input(50ms));  // so that the clock tells the two apart
  BOOST_TEST(is_served(first));
  Client newcomer{modest};
  BOOST_TEST(is_served(newcomer));
  BOOST_TEST(second.ended_cleanly());
  BOOST_TEST(is_served(first));
  BOOST_TEST(is_served(newcomer));
  BOOST_TEST(server.stats().ended_for(EndReason::evicted) == 1U);
}

BOOST_AUTO_TEST_CASE(the_only_connection_of_a_source_is_never_evicted) {
  ServerSettings settings = settings_for(IdleConnections::park);
  settings.limits.connections = 2;
  settings.pool.overflow = Overflow::evict;
  Server server{settings};
  server.serve_tcp(loopback(), echo);
  server.serve_tcp(Endpoint::parse("[::1]:0"), echo);
  server.start();
  Client first{server.endpoints().at(0)};
  Client second{server.endpoints().at(1)};
  BOOST_TEST(is_served(first));
  BOOST_TEST(is_served(second));
  BOOST_TEST(!Client{server.endpoints().at(0)}.ended_cleanly());
  BOOST_TEST(is_served(first));
  BOOST_TEST(is_served(second));
  BOOST_TEST(server.stats().refused_for(RefuseReason::connections) == 1U);
}

BOOST_AUTO_TEST_CASE(a_connection_with_a_handler_of_its_own_gives_its_place_too) {
  ServerSettings settings = settings_for(IdleConnections::park);
  settings.limits.connections = 2;
  settings.pool.overflow = Overflow::evict;
  RunningServer server{settings, Handler{[] { return [](Session& peer) { return echo(peer); }; }}};
  Client first = server.connect();
  Client second = server.connect();
  BOOST_TEST(is_served(first));
  BOOST_TEST(is_served(second));
  Client third = server.connect();
  BOOST_TEST(is_served(third));
  BOOST_TEST(first.ended_cleanly());
}

ECHOPOOL_TEST(a_connection_from_a_denied_source_is_reset) {
  ServerSettings settings = settings_for(idle);
  settings.access.deny = {"127.0.0.0/8"};
  RunningServer server{settings};
  BOOST_TEST(!server.connect().ended_cleanly());
  BOOST_TEST(server.stats().refused_for(RefuseReason::access) == 1U);
}

ECHOPOOL_TEST(the_rules_for_sources_hold_for_ipv6_as_well) {
  const auto outcome = [&](const AccessSettings& access, std::optional<std::size_t> per_source, int connections) {
    ServerSettings settings = settings_for(idle);
    settings.access = access;
    settings.limits.per_source = per_source;
    Server server{settings};
    server.serve_tcp(Endpoint::parse("[::1]:0"), echo);
    server.start();
    std::vector<Client> clients;
    int served = 0;
    for (int i = 0; i < connections; ++i) {
      Client& client = clients.emplace_back(server.endpoints().front());
      try {
        served += is_served(client) ? 1 : 0;
      } catch (const std::system_error&) {  // reset
      }
    }
    const Stats stats = server.stats();
    return std::array<std::uint64_t, 3>{static_cast<std::uint64_t>(served), stats.refused_for(RefuseReason::access),
                                        stats.refused_for(RefuseReason::per_source)};
  };
  using Outcome = std::array<std::uint64_t, 3>;
  BOOST_TEST((outcome({}, {}, 1) == Outcome{1, 0, 0}));
  BOOST_TEST((outcome({{}, {"::1"}}, {}, 1) == Outcome{0, 1, 0}));
  BOOST_TEST((outcome({{}, {"127.0.0.0/8"}}, {}, 1) == Outcome{1, 0, 0}));
  BOOST_TEST((outcome({{"2001:db8::/32"}, {}}, {}, 1) == Outcome{0, 1, 0}));
  BOOST_TEST((outcome({{"::/0"}, {}}, 2, 3) == Outcome{2, 0, 1}));
}

ECHOPOOL_TEST(an_ipv4_client_of_an_ipv6_socket_is_judged_by_its_ipv4_address) {
  UniqueFd dual{::socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0)};
  const int off = 0;
  BOOST_TEST_REQUIRE(::setsockopt(dual.get(), IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off) == 0);
  const SocketAddress any = to_sockaddr(Endpoint::parse("[::]:0"));
  BOOST_TEST_REQUIRE(::bind(dual.get(), any.get(), any.length) == 0);
  BOOST_TEST_REQUIRE(::listen(dual.get(), 8) == 0);
  const std::uint16_t port = local_endpoint(dual.get()).port();
  ServerSettings settings = settings_for(idle);
  settings.access.deny = {"127.0.0.0/8"};
  Server server{settings};
  server.serve_tcp(InheritedSocket{dual.release()}, echo);
  server.start();
  BOOST_TEST(!Client{loopback().with_port(port)}.ended_cleanly());
  Client other{Endpoint::parse("[::1]:1").with_port(port)};
  BOOST_TEST(is_served(other));
}

ECHOPOOL_TEST(a_rate_of_connections_slows_the_acceptor_and_loses_no_connection) {
  ServerSettings settings = settings_for(idle);
  settings.limits.accept_rate = 50;
  RunningServer server{settings};
  const auto start = std::chrono::steady_clock::now();
  std::vector<Client> clients;
  for (int i = 0; i < 30; ++i) clients.push_back(server.connect());
  for (Client& client : clients) {
    BOOST_TEST(is_served(client));
    client.close();  // under hold, the next one needs its worker
  }
  // Ten may come at once, the other twenty at 50 a second.
  BOOST_TEST(std::chrono::steady_clock::now() - start >= 300ms);
  BOOST_TEST(server->stop(20s).stuck == 0U);
}

ECHOPOOL_TEST(a_change_applies_to_what_comes_after_it_and_ends_no_connection) {
  ServerSettings settings = settings_for(idle);
  RunningServer server{settings};
  Client before = server.connect();
  BOOST_TEST(is_served(before));
  settings.access.deny = {"127.0.0.1"};
  server->reconfigure(settings);
  BOOST_TEST(is_served(before));
  BOOST_TEST(!server.connect().ended_cleanly());

  settings.access.deny = {};
  settings.timeouts.idle = 100ms;
  server->reconfigure(settings);
  Client after = server.connect();
  BOOST_TEST(is_served(after));
  BOOST_TEST(after.ended_cleanly());
  after.close();
  BOOST_TEST(eventually([&] { return server.stats().ended_for(EndReason::idle_timeout) >= 1; }));
}

ECHOPOOL_TEST(a_wrong_change_changes_nothing) {
  ServerSettings settings = settings_for(idle);
  RunningServer server{settings};
  settings.access.deny = {"127.0.0.1"};
  settings.limits.connections = 0;
  BOOST_CHECK_THROW(server->reconfigure(settings), std::invalid_argument);
  Client client = server.connect();
  BOOST_TEST(is_served(client));
}

ECHOPOOL_TEST(there_are_never_more_connections_than_at_the_start_made_room_for) {
  ServerSettings settings = settings_for(idle);
  settings.limits.connections = 2;
  settings.pool.overflow = Overflow::refuse;
  RunningServer server{settings};
  settings.limits.connections = 1'000;
  server->reconfigure(settings);
  Client first = server.connect();
  Client second = server.connect();
  BOOST_TEST(is_served(first));
  BOOST_TEST(is_served(second));
  BOOST_TEST(!server.connect().ended_cleanly());
}

ECHOPOOL_TEST(a_factory_makes_a_state_for_each_connection) {
  RunningServer server{settings_for(idle), [] {
                         return [count = 0](Session& peer) mutable {
                           if (!peer.read_line()) return Next::close;
                           peer.write(std::to_string(++count) + "\n");
                           return Next::again;
                         };
                       }};
  Client first = server.connect();
  Client second = server.connect();
  first.send("a\n");
  BOOST_TEST(first.receive(2) == "1\n");
  first.send("b\n");
  BOOST_TEST(first.receive(2) == "2\n");
  second.send("c\n");
  BOOST_TEST(second.receive(2) == "1\n");
}

ECHOPOOL_TEST(a_factory_that_throws_ends_its_connection_alone) {
  RunningServer server{settings_for(idle),
                       []() -> std::function<Next(Session&)> { throw std::runtime_error{"no more of them"}; }};
  Client client = server.connect();
  client.send("x");
  BOOST_TEST(client.ended_cleanly());
  client.close();
  BOOST_TEST(eventually([&] { return server.stats().ended_for(EndReason::handler_error) == 1; }));
}

BOOST_AUTO_TEST_CASE(settings_that_contradict_themselves_are_all_named_at_once) {
  ServerSettings settings;
  settings.pool.workers = 0;
  settings.timeouts.idle = 0ms;
  settings.access.allow = {"nonsense", "192.0.2.0/24", "192.0.2.0/99"};
  settings.access.deny = {"gibberish"};
  try {
    const Server server{settings};
    BOOST_FAIL("accepted");
  } catch (const std::invalid_argument& error) {
    const std::string text = error.what();
    for (const char* part : {"pool.workers", "timeouts.idle", "nonsense", "192.0.2.0/99", "gibberish"})
      BOOST_TEST(text.find(part) != std::string::npos, text);
  }
}

BOOST_AUTO_TEST_CASE(a_port_in_use_is_a_start_error_with_a_remedy) {
  RunningServer first{settings_for(IdleConnections::park)};
  Server second;
  try {
    second.serve_tcp(first.endpoint(), echo);
    BOOST_FAIL("bound twice");
  } catch (const StartError& error) {
    BOOST_TEST(std::string{error.what()}.find("choose another port") != std::string::npos, error.what());
  }
}
