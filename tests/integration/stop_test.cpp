// Stopping reaches everything and loses nothing.
// Tests: server, server_impl, worker_pool, closer, housekeeper
#include "disciplines.hpp"
#include "eventually.hpp"

#include <atomic>
#include <mutex>
#include <thread>

using namespace echopool;
using namespace echopool::test;

namespace {

/// Lets a test hold handlers up until it says so.
class Gate {
 public:
  void open() {
    open_.store(true);
    open_.notify_all();
  }
  void wait() {
    ++inside;
    open_.wait(false);
  }
  std::atomic<int> inside{0};

 private:
  std::atomic<bool> open_{false};
};

/// Reads four bytes, says so, and waits for more.
Handler half_a_message(std::atomic<bool>& begun) {
  return [&begun](Session& peer) {
    std::array<std::byte, 4> half;
    if (!peer.read_exact(half)) return Next::close;
    begun = true;
    return peer.read_exact(half) ? Next::again : Next::close;
  };
}

}  // namespace

ECHOPOOL_TEST(a_drain_closes_what_waits_and_reports_it) {
  RunningServer server{settings_for(idle)};
  std::vector<Client> clients;
  for (int i = 0; i < 4; ++i) {
    clients.push_back(server.connect());
    clients.back().send("x");
    BOOST_TEST(clients.back().receive(1) == "x");
  }
  StopReport report;
  std::thread stopper{[&] { report = server->stop(20s); }};
  for (Client& client : clients) {
    BOOST_TEST(client.ended_cleanly());
    client.close();
  }
  stopper.join();
  BOOST_TEST(report.drained == 4U);
  BOOST_TEST(report.aborted == 0U);
  BOOST_TEST(report.stuck == 0U);
}

ECHOPOOL_TEST(a_drain_lets_a_running_turn_finish) {
  Gate gate;
  RunningServer server{settings_for(idle), [&](Session& peer) {
                         const auto line = peer.read_line();
                         if (!line) return Next::close;
                         const std::string answer{*line};
                         gate.wait();
                         peer.write(answer + " done\n");
                         return Next::again;
                       }};
  Client client = server.connect();
  client.send("work\n");
  BOOST_TEST(eventually([&] { return gate.inside == 1; }));
  StopReport report;
  std::thread stopper{[&] { report = server->stop(20s); }};
  gate.open();
  BOOST_TEST(client.receive_all() == "work done\n");
  client.close();
  stopper.join();
  BOOST_TEST(report.drained == 1U);
}

// A reply that was written before the stop arrives in full although the peer goes on sending: the textbook way to lose
// it is to close with unread input.
ECHOPOOL_TEST(a_drain_with_pipelined_requests_in_flight_loses_no_byte_of_a_finished_reply) {
  constexpr std::size_t reply_size = 200'000;
  const std::string reply = pattern(reply_size);
  std::atomic<int> replies{0};
  RunningServer server{settings_for(idle), [&](Session& peer) {
                         if (!peer.read_line()) return Next::close;
                         peer.write(reply);
                         ++replies;
                         return Next::again;
                       }};
  Client client = server.connect();
  std::string requests;
  for (int i = 0; i < 2'000; ++i) requests += "request\n";
  std::atomic<bool> over{false};
  std::thread reader_of_nothing{[&] {
    while (!over && client.send_some(requests) > 0) std::this_thread::yield();
  }};
  BOOST_TEST(eventually([&] { return replies >= 1; }));
  StopReport report;
  std::thread stopper{[&] { report = server->stop(20s); }};
  const std::string received = client.receive_all();
  over = true;
  reader_of_nothing.join();
  client.close();
  stopper.join();
  BOOST_TEST(received.size() == static_cast<std::size_t>(replies.load()) * reply_size);
  BOOST_TEST(report.aborted == 0U);
}

ECHOPOOL_TEST(when_the_grace_is_over_running_turns_are_cut_off) {
  std::atomic<bool> begun{false};
  RunningServer server{settings_for(idle), half_a_message(begun)};
  Client client = server.connect();
  client.send("half");
  BOOST_TEST(eventually([&] { return begun.load(); }));
  const StopReport report = server->stop(100ms);
  BOOST_TEST(report.aborted == 1U);
  BOOST_TEST(report.stuck == 0U);
  static_cast<void>(client.ended_cleanly());  // an end or a reset: what counts is that it does not hang
  BOOST_TEST(server.stats().ended_for(EndReason::stopping) == 1U);
}

ECHOPOOL_TEST(a_peer_that_has_not_finished_when_the_grace_is_over_is_cut_off) {
  ServerSettings settings = settings_for(idle);
  settings.timeouts.linger = 1h;
  RunningServer server{settings, [](Session& peer) {
                         peer.write(peer.read_some());
                         return Next::close;
                       }};
  Client client = server.connect();
  client.send("x");
  BOOST_TEST(client.receive_all() == "x");  // the server has finished, and lingers
  const StopReport report = server->stop(100ms);
  BOOST_TEST(report.aborted == 1U);
  BOOST_TEST(report.drained == 0U);
}

ECHOPOOL_TEST(a_second_stop_shortens_the_first) {
  std::atomic<bool> begun{false};
  RunningServer server{settings_for(idle), half_a_message(begun)};
  Client client = server.connect();
  client.send("half");
  BOOST_TEST(eventually([&] { return begun.load(); }));
  StopReport first;
  std::thread stopper{[&] { first = server->stop(std::chrono::hours{1}); }};
  const StopReport second = server->stop(0ms);
  stopper.join();
  BOOST_TEST(first.aborted == 1U);
  BOOST_TEST(second.aborted == 1U);
}

ECHOPOOL_TEST(a_handler_sees_that_the_server_is_stopping) {
  std::atomic<bool> inside{false};
  RunningServer server{settings_for(idle), [&](Session& peer) {
                         std::array<std::byte, 1> byte;
                         if (peer.stopping() || !peer.read_exact(byte)) return Next::close;
                         inside = true;
                         while (!peer.stopping()) std::this_thread::yield();
                         peer.write("stopping");
                         return Next::close;
                       }};
  Client client = server.connect();
  client.send("x");
  BOOST_TEST(eventually([&] { return inside.load(); }));
  std::thread stopper{[&] { server->stop(20s); }};
  BOOST_TEST(client.receive_all() == "stopping");
  client.close();
  stopper.join();
}

ECHOPOOL_TEST(a_worker_stuck_in_its_handler_is_reported_and_not_waited_for) {
  Gate gate;
  RunningServer server{settings_for(idle), [&](Session& peer) {
                         std::array<std::byte, 1> byte;
                         if (!peer.read_exact(byte)) return Next::close;
                         gate.wait();
                         return Next::close;
                       }};
  Client client = server.connect();
  client.send("x");
  BOOST_TEST(eventually([&] { return gate.inside == 1; }));
  const StopReport report = server->stop(0ms);
  BOOST_TEST(report.stuck == 1U);
  gate.open();
}

ECHOPOOL_TEST(nothing_is_accepted_any_more) {
  RunningServer server{settings_for(idle)};
  server->stop(1s);
  BOOST_CHECK_THROW(static_cast<void>(server.connect()), std::system_error);
}

ECHOPOOL_TEST(a_server_that_was_never_started_stops_at_once) {
  Server server{settings_for(idle)};
  server.serve_tcp(loopback(), echo);
  BOOST_TEST(server.stop(1h).drained == 0U);
}
