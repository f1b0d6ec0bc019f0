// Tests: session, session_runner, listener, closer
#include "disciplines.hpp"
#include "eventually.hpp"

#include <sys/socket.h>

#include <thread>

using namespace echopool;
using namespace echopool::test;

ECHOPOOL_TEST(what_is_sent_comes_back) {
  RunningServer server{settings_for(idle)};
  Client client = server.connect();
  for (const char* message : {"hello", "a", "and again"}) {
    client.send(message);
    BOOST_TEST(client.receive(std::string_view{message}.size()) == message);
  }
  client.finish_sending();
  BOOST_TEST(client.ended_cleanly());
}

ECHOPOOL_TEST(ten_megabytes_come_back_unharmed) {
  RunningServer server{settings_for(idle)};
  Client client = server.connect();
  const std::string sent = pattern(10 << 20);
  std::thread writer{[&] {
    client.send(sent);
    client.finish_sending();
  }};
  const std::string received = client.receive_all();
  writer.join();
  BOOST_TEST((received == sent));
}

// A read stops before the urgent mark (tcp(7)), so it finds less than there is: what follows must not be left lying.
ECHOPOOL_TEST(what_surrounds_urgent_data_comes_back) {
  RunningServer server{settings_for(idle)};
  Client client = server.connect();
  for (int i = 0; i < 300; ++i) {
    client.send("before");
    BOOST_REQUIRE(::send(client.fd(), "!", 1, MSG_OOB) == 1);
    client.send("after");
    BOOST_REQUIRE(client.receive(11) == "beforeafter");
  }
  BOOST_REQUIRE(::send(client.fd(), "!", 1, MSG_OOB) == 1);  // nothing to read: no worker is to wait for more
  Client other = server.connect();
  other.send("hello");
  BOOST_TEST(other.receive(5) == "hello");
  client.finish_sending();
  BOOST_TEST(client.ended_cleanly());
}

ECHOPOOL_TEST(a_thousand_half_closed_tails_arrive_in_full) {
  RunningServer server{settings_for(idle)};
  const std::string sent = pattern(20'000);
  int lost = 0;
  for (int i = 0; i < 1'000; ++i) {
    Client client = server.connect();
    client.send(sent);
    client.finish_sending();
    if (client.receive_all() != sent) ++lost;
  }
  BOOST_TEST(lost == 0);
}

ECHOPOOL_TEST(every_address_of_both_families_is_served) {
  Server server{settings_for(idle)};
  server.serve_tcp(Endpoint::parse("*:0"), echo);
  server.start();
  const auto endpoints = server.endpoints();
  BOOST_REQUIRE(endpoints.size() == 2U);
  BOOST_TEST(endpoints[0].port() == endpoints[1].port());
  const auto port = std::to_string(endpoints[0].port());
  for (const std::string address : {"127.0.0.1:", "127.0.0.2:", "[::1]:"}) {
    Client client{Endpoint::parse(address + port)};
    client.send("x");
    BOOST_TEST(client.receive(1) == "x");
  }
}

ECHOPOOL_TEST(more_connections_than_workers_are_all_served) {
  ServerSettings settings = settings_for(idle);
  settings.pool.workers = 2;
  settings.pool.queue = 100;
  RunningServer server{settings};
  std::vector<Client> clients;
  for (int i = 0; i < 50; ++i) {
    clients.push_back(server.connect());
    clients.back().send("hello");
    if (idle == IdleConnections::hold) clients.back().finish_sending();
  }
  for (Client& client : clients) BOOST_TEST(client.receive(5) == "hello");
}

BOOST_AUTO_TEST_CASE(an_open_connection_costs_no_worker_when_parked) {
  ServerSettings settings = settings_for(IdleConnections::park);
  settings.pool.workers = 1;
  RunningServer server{settings};
  std::vector<Client> silent;
  for (int i = 0; i < 500; ++i) silent.push_back(server.connect());
  Client client = server.connect();
  client.send("hello");
  BOOST_TEST(client.receive(5) == "hello");
  silent.back().send("me too");
  BOOST_TEST(silent.back().receive(6) == "me too");
}

ECHOPOOL_TEST(counters_tell_what_happened) {
  RunningServer server{settings_for(idle)};
  {
    Client client = server.connect();
    client.send("hello");
    BOOST_TEST(client.receive(5) == "hello");
    client.finish_sending();
    BOOST_TEST(client.ended_cleanly());
  }
  BOOST_TEST(eventually([&] { return server.stats().open == 0; }));
  const Stats stats = server.stats();
  BOOST_TEST(stats.accepted == 1U);
  BOOST_TEST(stats.received_bytes == 5U);
  BOOST_TEST(stats.sent_bytes == 5U);
  BOOST_TEST(stats.ended_for(EndReason::peer_closed) == 1U);
}
