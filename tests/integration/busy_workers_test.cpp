// Every worker is busy and connections wait for one: it is told, and the gauges show it.
// Tests: busy_check, busy_warning, standby, epoll_set
#include "disciplines.hpp"
#include "eventually.hpp"
#include "temporary_directory.hpp"

#include <echopool/log.hpp>

#include <boost/test/unit_test.hpp>

#include <atomic>
#include <string>
#include <thread>
#include <vector>

using namespace echopool;
using namespace echopool::test;
using namespace std::chrono_literals;

namespace {

ServerSettings two_workers(IdleConnections idle) {
  ServerSettings settings = settings_for(idle);
  settings.pool.workers = 2;
  return settings;
}

/// A log in a file of its own.
struct LogFile {
  TemporaryDirectory directory;
  LogSettings settings{[this] {
    LogSettings chosen;
    chosen.sinks = {LogSink::file};
    chosen.file = directory / "log";
    return chosen;
  }()};
  Logging logging{settings};

  [[nodiscard]] bool tells(const std::string& text) const {
    return contents(settings.file).find(text) != std::string::npos;
  }
};

}  // namespace

ECHOPOOL_TEST(connections_that_find_no_worker_are_told_of) {
  const LogFile log;
  std::atomic<bool> hold{true};
  std::atomic<int> held{0};
  RunningServer server{two_workers(idle), [&](Session& peer) {
                         const auto line = peer.read_line();
                         if (!line) return Next::close;
                         ++held;
                         while (hold) std::this_thread::sleep_for(1ms);
                         peer.write("done\n");
                         return Next::again;
                       }};
  std::vector<Client> clients;
  for (int i = 0; i < 5; ++i) {
    clients.push_back(server.connect());
    clients.back().send("work\n");
    if (i < 2) BOOST_TEST(eventually([&] { return held == i + 1; }));
  }
  BOOST_TEST(eventually([&] { return server.stats().ready == 3U; }));
  BOOST_TEST(server.stats().busy_workers == 2U);
  BOOST_TEST(eventually([&] { return log.tells("warning workers busy count=2 ready=3 oldest_ms="); }));
  BOOST_TEST(log.tells(" doing=handler"));
  hold = false;
  if (idle == IdleConnections::park)
    for (Client& client : clients) BOOST_TEST(client.receive(5) == "done\n");
}

ECHOPOOL_TEST(the_line_tells_that_the_workers_wait_for_input) {
  const LogFile log;
  Server server{two_workers(idle)};
  server.serve_tcp(loopback(), Handler{[](Session& peer) {  // a conversation: its reads wait
                     while (peer.read_line())
                       ;
                   }});
  server.start();
  std::vector<Client> clients;
  for (int i = 0; i < 4; ++i) {
    clients.emplace_back(server.endpoints().front());
    clients.back().send("half");
  }
  BOOST_TEST(eventually([&] { return server.stats().reading_workers == 2U; }));
  BOOST_TEST(eventually([&] { return log.tells("ready=2 "); }));
  BOOST_TEST(log.tells(" doing=read"));
}

BOOST_AUTO_TEST_CASE(the_line_tells_that_the_workers_wait_for_room) {
  const LogFile log;
  ServerSettings settings = two_workers(IdleConnections::park);
  settings.limits.output = settings.limits.output_total = 0_B;
  RunningServer server{settings, [](Session& peer) {
                         const auto line = peer.read_line();
                         if (!line) return Next::close;
                         peer.write(std::string(16'000'000, 'x'));
                         return Next::again;
                       }};
  std::vector<Client> clients;
  for (int i = 0; i < 4; ++i) {
    clients.push_back(server.connect());
    clients.back().send("all\n");
  }
  BOOST_TEST(eventually([&] { return server.stats().writing_workers == 2U; }));
  BOOST_TEST(eventually([&] { return log.tells(" doing=write"); }));
}

BOOST_AUTO_TEST_CASE(busy_workers_that_leave_nobody_waiting_are_no_matter_for_the_log) {
  const LogFile log;
  std::atomic<bool> hold{true};
  RunningServer server{two_workers(IdleConnections::park), [&](Session& peer) {
                         const auto line = peer.read_line();
                         if (!line) return Next::close;
                         while (hold) std::this_thread::sleep_for(1ms);
                         return Next::again;
                       }};
  std::vector<Client> clients;
  for (int i = 0; i < 4; ++i) clients.push_back(server.connect());
  clients[0].send("work\n");
  clients[1].send("work\n");
  BOOST_TEST(eventually([&] { return server.stats().busy_workers == 2U; }));
  std::this_thread::sleep_for(500ms);  // as long as a line would take, several times
  BOOST_TEST(!log.tells("workers busy"));
  hold = false;
}

BOOST_AUTO_TEST_CASE(gauges_show_what_parked_connections_wait_for) {
  RunningServer server{two_workers(IdleConnections::park), [](Session& peer) {
                         const auto line = peer.read_line();
                         if (!line) return Next::close;
                         peer.write(std::string(200'000, 'x'));
                         return Next::again;
                       }};
  std::vector<Client> clients;
  for (int i = 0; i < 3; ++i) clients.emplace_back(server.endpoint(), 4096);
  clients[0].send("half");
  for (int i = 0; i < 100; ++i) clients[1].send("all\n");
  BOOST_TEST(eventually([&] {
    const Stats now = server.stats();
    return now.parked == 3U && now.incomplete == 1U && now.flushing == 1U && now.kept_output > 0U &&
           now.kept_input >= 4U && now.busy_workers == 0U;
  }));
}
