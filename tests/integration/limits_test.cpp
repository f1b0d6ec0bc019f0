// Who comes in, and how many: access, limits, their change while the server runs; and the two forms of a handler.
#include "disciplines.hpp"
#include "eventually.hpp"

#include <stdexcept>

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

ECHOPOOL_TEST(who_is_denied_is_reset) {
  ServerSettings settings = settings_for(idle);
  settings.access.deny = {"127.0.0.0/8"};
  RunningServer server{settings};
  BOOST_TEST(!server.connect().ended_cleanly());
  BOOST_TEST(server.stats().refused_for(RefuseReason::access) == 1U);
}

ECHOPOOL_TEST(a_rate_of_connections_slows_the_acceptor_and_loses_nobody) {
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
  BOOST_TEST((std::chrono::steady_clock::now() - start >= 300ms));
  BOOST_TEST(server->stop(20s).stuck == 0U);
}

ECHOPOOL_TEST(a_change_applies_to_what_comes_after_it_and_drops_nobody) {
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

ECHOPOOL_TEST(a_factory_gives_each_connection_a_state_of_its_own) {
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
  RunningServer server{settings_for(idle), []() -> Handler::Call { throw std::runtime_error{"no more of them"}; }};
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
  settings.access.allow = {"nonsense"};
  try {
    const Server server{settings};
    BOOST_FAIL("accepted");
  } catch (const std::invalid_argument& error) {
    const std::string text = error.what();
    for (const char* part : {"pool.workers", "timeouts.idle", "nonsense"})
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
