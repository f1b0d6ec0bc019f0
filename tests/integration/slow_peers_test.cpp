// Parked only: what a peer does, or leaves undone, holds no worker. The time limits are out of reach, so a worker that
// waits for one of these peers would wait longer than the test.
// Tests: session_runner, session_input, session_output
#include "disciplines.hpp"
#include "eventually.hpp"
#include "loopback.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <atomic>
#include <string>
#include <thread>
#include <vector>

using namespace echopool;
using namespace echopool::test;
using namespace std::chrono_literals;

namespace {

ServerSettings two_workers() {
  ServerSettings settings = settings_for(IdleConnections::park);
  settings.pool.workers = 2;
  settings.timeouts.idle = settings.timeouts.receive = settings.timeouts.message = settings.timeouts.send = 1h;
  return settings;
}

Next answer_line(Session& peer) {
  const auto line = peer.read_line();
  if (!line) return Next::close;
  peer.write(std::string{*line} + "!\n");
  return Next::again;
}

/// The same without a read that could wait.
Next answer_buffered_line(Session& peer) {
  const auto bytes = peer.buffered();
  const std::string_view text{reinterpret_cast<const char*>(bytes.data()), bytes.size()};
  const auto end = text.find('\n', peer.seen());
  if (end == std::string_view::npos) return Next::incomplete;
  peer.write(std::string{text.substr(0, end)} + "!\n");
  peer.consume(end + 1);
  return Next::again;
}

void half_lines_hold_no_worker(Handler handler) {
  RunningServer server{two_workers(), std::move(handler)};
  std::vector<Client> slow;
  for (int i = 0; i < 8; ++i) {
    slow.push_back(server.connect());
    slow.back().send("half");
  }
  Client honest = server.connect();
  for (int i = 0; i < 3; ++i) {
    honest.send("hello\n");
    BOOST_TEST(honest.receive(7) == "hello!\n");
  }
  for (Client& client : slow) client.send(" and half\n");
  for (Client& client : slow) BOOST_TEST(client.receive(15) == "half and half!\n");
}

}  // namespace

BOOST_AUTO_TEST_CASE(half_a_line_holds_no_worker_though_its_handler_reads_lines) {
  half_lines_hold_no_worker(answer_line);
}

BOOST_AUTO_TEST_CASE(half_a_line_holds_no_worker_when_the_handler_says_that_it_is_incomplete) {
  half_lines_hold_no_worker(answer_buffered_line);
}

BOOST_AUTO_TEST_CASE(a_handler_that_swallows_the_unwinding_is_called_again_with_the_whole_message) {
  half_lines_hold_no_worker([](Session& peer) {
    try {
      return answer_line(peer);
    } catch (...) {
      return Next::again;
    }
  });
}

BOOST_AUTO_TEST_CASE(peers_that_never_read_hold_no_worker_and_get_everything_once_they_do) {
  RunningServer server{two_workers(), [](Session& peer) {
                         const auto line = peer.read_line();
                         if (!line) return Next::close;
                         peer.write(std::string(200'000, 'x'));
                         return Next::again;
                       }};
  constexpr int lines = 100;
  std::vector<Client> slow;
  for (int i = 0; i < 4; ++i) {
    slow.push_back(server.connect());
    for (int line = 0; line < lines; ++line) slow.back().send("more\n");
  }
  Client honest = server.connect();
  honest.send("hello\n");
  BOOST_TEST(honest.receive(200'000).size() == 200'000U);
  for (Client& client : slow) BOOST_TEST(client.receive(lines * 200'000).size() == lines * 200'000U);
}

BOOST_AUTO_TEST_CASE(a_peer_that_reads_slowly_and_steadily_is_not_cut_off) {
  constexpr std::size_t size = 20'000'000;
  ServerSettings settings = two_workers();
  settings.timeouts.send = 1s;
  settings.limits.output = settings.limits.output_total = 64_MiB;
  RunningServer server{settings, [](Session& peer) {
                         if (!peer.read_line()) return Next::close;
                         peer.write(std::string(size, 'x'));
                         return Next::again;
                       }};
  Client client{server.endpoint(), 4096};
  client.send("all\n");
  // A third a second, three seconds in all: nearly three times what has to be taken in each.
  std::size_t taken = 0;
  while (taken < size) {
    const std::size_t part = std::min<std::size_t>(size - taken, size / 60);
    BOOST_REQUIRE(client.receive(part).size() == part);
    taken += part;
    std::this_thread::sleep_for(50ms);
  }
  BOOST_TEST(server.stats().ended_for(EndReason::send_timeout) == 0U);
}

BOOST_AUTO_TEST_CASE(output_that_is_kept_still_reaches_its_peer_when_the_handler_closes) {
  RunningServer server{two_workers(), [](Session& peer) {
                         static_cast<void>(peer.read_line());
                         for (int i = 0; i < 40; ++i) peer.write(std::string(100'000, 'x'));
                         return Next::close;
                       }};
  Client client = server.connect();
  client.send("all\n");
  BOOST_TEST(client.receive_all().size() == 4'000'000U);
}

BOOST_AUTO_TEST_CASE(with_reads_that_wait_a_handler_is_called_once_for_a_message_in_pieces) {
  std::atomic<int> calls{0};
  Server server{two_workers()};
  server.serve_tcp(loopback(),
                   [&calls](Session& peer) {
                     ++calls;
                     return answer_line(peer);
                   },
                   {.reads = Reads::wait});
  server.start();
  Client client{server.endpoints().front()};
  client.send("half");
  BOOST_TEST(eventually([&calls] { return calls == 1; }));
  client.send(" and half\n");
  BOOST_TEST(client.receive(15) == "half and half!\n");
  BOOST_TEST(calls == 1);
}
