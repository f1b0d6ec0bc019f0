// Handlers of the form void(Session&): one call for a whole conversation, which keeps its worker.
// Tests: session, session_runner
#include "disciplines.hpp"
#include "eventually.hpp"
#include "printing.hpp"
#include "wake_fd.hpp"

#include <echopool/testing.hpp>

#include <atomic>
#include <string>
#include <thread>
#include <vector>

using namespace echopool;
using namespace echopool::test;

namespace {

bool ended_for(const RunningServer& server, EndReason reason) {
  return eventually([&] { return server.stats().ended_for(reason) == 1 && server.stats().open == 0; });
}

void answer_lines(Session& peer) {
  while (const auto line = peer.read_line()) peer.write(std::string{*line} + "!\n");
}

}  // namespace

ECHOPOOL_TEST(one_call_serves_the_whole_conversation) {
  std::atomic<int> calls{0};
  RunningServer server{settings_for(idle), [&](Session& peer) {
                         ++calls;
                         answer_lines(peer);
                       }};
  Client client = server.connect();
  for (const char* line : {"one", "two", "three"}) {
    client.send(line + std::string{"\n"});
    BOOST_TEST(client.receive(std::string_view{line}.size() + 2) == line + std::string{"!\n"});
  }
  client.finish_sending();
  BOOST_TEST(client.ended_cleanly());
  client.close();
  BOOST_TEST(ended_for(server, EndReason::peer_closed));
  BOOST_TEST(calls == 1);
}

ECHOPOOL_TEST(the_connection_ends_when_the_handler_returns) {
  RunningServer server{settings_for(idle), [](Session& peer) {
                         if (peer.read_line()) peer.write("bye\n");
                       }};
  Client client = server.connect();
  client.send("hello\nmore that is never read");
  BOOST_TEST(client.receive_all() == "bye\n");
  client.close();
  BOOST_TEST(ended_for(server, EndReason::handler_closed));
}

ECHOPOOL_TEST(a_factory_may_make_conversations) {
  RunningServer server{settings_for(idle), [] { return answer_lines; }};
  Client client = server.connect();
  client.send("x\n");
  BOOST_TEST(client.receive(3) == "x!\n");
}

BOOST_AUTO_TEST_CASE(a_conversation_may_last_longer_than_a_message) {
  TimeoutSettings limits;
  limits.receive = 100ms;
  limits.message = 200ms;
  testing::ScriptedPeer peer{answer_lines, Opens::client, limits};
  for (int i = 0; i < 5; ++i) peer.sends("x\n").pauses(120ms);  // longer than `receive`: it is no part of a message
  const testing::Outcome outcome = peer.finishes().run();
  BOOST_TEST(outcome.ended == EndReason::peer_closed);
  BOOST_TEST(outcome.calls == 1U);
  BOOST_TEST(peer.received() == "x!\nx!\nx!\nx!\nx!\n");
}

ECHOPOOL_TEST(the_idle_limit_holds_inside_its_reads) {
  ServerSettings settings = settings_for(idle);
  settings.timeouts.idle = 100ms;
  RunningServer server{settings, answer_lines};
  Client client = server.connect();
  client.send("x\n");
  BOOST_TEST(client.receive_all() == "x!\n");
  client.close();
  BOOST_TEST(ended_for(server, EndReason::idle_timeout));
}

ECHOPOOL_TEST(the_message_limit_holds_inside_one_read) {
  ServerSettings settings = settings_for(idle);
  settings.timeouts.receive = 100ms;
  RunningServer server{settings, answer_lines};
  Client client = server.connect();
  client.send("a whole line\nhalf a li");
  BOOST_TEST(client.receive_all() == "a whole line!\n");
  client.close();
  BOOST_TEST(ended_for(server, EndReason::receive_timeout));
}

ECHOPOOL_TEST(a_conversation_that_opens_may_read_in_its_only_call) {
  Server server{settings_for(idle)};
  server.serve_tcp(loopback(),
                   [](Session& peer) {
                     peer.write("name? ");
                     if (const auto name = peer.read_line()) peer.write("hello " + std::string{*name} + "\n");
                   },
                   {.opens = Opens::server});
  server.start();
  Client client{server.endpoints().front()};
  BOOST_TEST(client.receive(6) == "name? ");
  client.send("Ada\n");
  BOOST_TEST(client.receive_all() == "hello Ada\n");
}

ECHOPOOL_TEST(a_drain_wakes_a_conversation_that_waits_and_counts_it_as_drained) {
  ServerSettings settings = settings_for(idle);
  settings.timeouts.idle.reset();
  RunningServer server{settings, answer_lines};
  Client client = server.connect();
  client.send("x\n");
  BOOST_TEST(client.receive(3) == "x!\n");
  StopReport report;
  std::thread stopper{[&] { report = server->stop(20s); }};
  BOOST_TEST(client.ended_cleanly());
  client.close();
  stopper.join();
  BOOST_TEST(report.drained == 1U);
  BOOST_TEST(report.aborted == 0U);
}

ECHOPOOL_TEST(a_conversation_can_be_woken_by_another_and_by_a_drain) {
  ServerSettings settings = settings_for(idle);
  settings.timeouts.idle.reset();
  WakeFd bell;
  RunningServer server{settings, [&](Session& peer) {
                         for (;;) {
                           if (!peer.wait_input(bell.fd())) {
                             bell.drain();
                             peer.write("ding\n");
                           } else if (const auto line = peer.read_line()) {
                             peer.write(std::string{*line} + "!\n");
                           } else {
                             return;
                           }
                         }
                       }};
  Client client = server.connect();
  client.send("x\n");
  BOOST_TEST(client.receive(3) == "x!\n");
  bell.wake();
  BOOST_TEST(client.receive(5) == "ding\n");
  StopReport report;
  std::thread stopper{[&] { report = server->stop(20s); }};
  BOOST_TEST(client.ended_cleanly());
  client.close();
  stopper.join();
  BOOST_TEST(report.drained == 1U);
}

ECHOPOOL_TEST(as_many_conversations_as_workers_are_served_at_once) {
  ServerSettings settings = settings_for(idle);
  settings.pool.workers = settings.limits.connections = 60;
  RunningServer server{settings, answer_lines};
  std::vector<Client> clients;
  for (int i = 0; i < 60; ++i) {
    clients.push_back(server.connect());
    clients.back().send("x\n");
    BOOST_TEST(clients.back().receive(3) == "x!\n");
  }
  for (Client& client : clients) client.send("y\n");
  for (Client& client : clients) BOOST_TEST(client.receive(3) == "y!\n");
}

BOOST_AUTO_TEST_CASE(conversations_hold_their_own_workers_and_no_others) {
  ServerSettings settings = settings_for(IdleConnections::park);
  settings.pool.workers = 2;
  Server server{settings};
  server.serve_tcp(loopback(), answer_lines);
  server.serve_tcp(loopback(), echo);
  server.start();
  Client holding{server.endpoints()[0]};
  holding.send("x\n");
  BOOST_TEST(holding.receive(3) == "x!\n");
  for (int i = 0; i < 20; ++i) {
    Client other{server.endpoints()[1]};
    other.send("hello");
    BOOST_TEST(other.receive(5) == "hello");
  }
  holding.send("y\n");
  BOOST_TEST(holding.receive(3) == "y!\n");
}
