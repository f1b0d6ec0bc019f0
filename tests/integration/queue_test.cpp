// Hold only: what happens to connections for which there is no worker yet.
// Tests: hold_dispatcher, refusals
#include "disciplines.hpp"
#include "eventually.hpp"

#include <optional>
#include <system_error>

using namespace echopool;
using namespace echopool::test;

namespace {

ServerSettings one_worker() {
  ServerSettings settings = settings_for(IdleConnections::hold);
  settings.pool.workers = 1;
  settings.pool.queue = 2;
  settings.pool.queue_timeout = std::nullopt;
  return settings;
}

/// Occupies the only worker.
Client occupy(RunningServer& server) {
  Client client = server.connect();
  client.send("x");
  BOOST_TEST(client.receive(1) == "x");
  return client;
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_full_queue_waits_in_the_kernels_backlog) {
  RunningServer server{one_worker()};
  Client busy = occupy(server);
  std::vector<Client> waiting;
  for (int i = 0; i < 10; ++i) {
    waiting.push_back(server.connect());
    waiting.back().send("hello");
    waiting.back().finish_sending();
  }
  BOOST_TEST(eventually([&] { return server.stats().accepted == 3; }));
  busy.close();
  for (Client& client : waiting) BOOST_TEST(client.receive_all() == "hello");
  BOOST_TEST(server.stats().accepted == 11U);
}

BOOST_AUTO_TEST_CASE(a_full_queue_refuses_when_told_to) {
  ServerSettings settings = one_worker();
  settings.pool.overflow = Overflow::refuse;
  RunningServer server{settings};
  Client busy = occupy(server);
  Client first = server.connect();
  Client second = server.connect();
  Client third = server.connect();
  BOOST_TEST(!third.ended_cleanly());
  BOOST_TEST(server.stats().refused_for(RefuseReason::queue_full) == 1U);
  busy.close();
  first.send("hello");
  BOOST_TEST(first.receive(5) == "hello");
}

BOOST_AUTO_TEST_CASE(a_queue_of_none_hands_over_only_to_a_free_worker) {
  ServerSettings settings = one_worker();
  settings.pool.queue = 0;
  settings.pool.overflow = Overflow::refuse;
  RunningServer server{settings};
  std::optional<Client> served;
  // A worker that is about to be free is not free yet.
  const auto is_served = [&] {
    try {
      served.emplace(server.connect());
      served->send("hello");
      return served->receive(5) == "hello";
    } catch (const std::system_error&) {
      return false;
    }
  };
  BOOST_TEST(eventually(is_served));
  Client refused = server.connect();
  BOOST_TEST(!refused.ended_cleanly());
  BOOST_TEST(server.stats().refused_for(RefuseReason::queue_full) > 0U);
  served->close();
  BOOST_TEST(eventually(is_served));
}

BOOST_AUTO_TEST_CASE(a_connection_that_waits_too_long_in_the_queue_is_reset) {
  ServerSettings settings = one_worker();
  settings.pool.queue_timeout = 100ms;
  RunningServer server{settings};
  Client busy = occupy(server);
  Client waiting = server.connect();
  BOOST_TEST(!waiting.ended_cleanly());
  BOOST_TEST(server.stats().refused_for(RefuseReason::queue_timeout) == 1U);
  busy.send("y");
  BOOST_TEST(busy.receive(1) == "y");
}

BOOST_AUTO_TEST_CASE(stopping_resets_connections_that_wait_in_the_queue) {
  RunningServer server{one_worker()};
  Client busy = occupy(server);
  Client waiting = server.connect();
  BOOST_TEST(eventually([&] { return server.stats().open == 2; }));
  server->stop(100ms);
  BOOST_TEST(!waiting.ended_cleanly());
  BOOST_TEST(server.stats().refused_for(RefuseReason::stopping) == 1U);
}
