// Every way a connection can end has a reason of its own, and it is the right one.
// Tests: session_runner, session_end, stats, counters
#include "disciplines.hpp"
#include "eventually.hpp"
#include "printing.hpp"

#include <atomic>
#include <stdexcept>
#include <system_error>
#include <thread>

using namespace echopool;
using namespace echopool::test;

namespace {

constexpr auto short_limit = std::chrono::milliseconds{100};

/// Exactly one connection has ended, for this reason.
bool ended_for(const RunningServer& server, EndReason reason) {
  return eventually([&] { return server.stats().ended_for(reason) == 1 && server.stats().open == 0; });
}

Next one_line(Session& peer) {
  const auto line = peer.read_line(64_B);
  if (!line) return Next::close;
  peer.write(std::string{*line} + "\n");
  return Next::again;
}

}  // namespace

ECHOPOOL_TEST(peer_closed_when_the_peer_finishes) {
  RunningServer server{settings_for(idle)};
  server.connect().close();
  BOOST_TEST(ended_for(server, EndReason::peer_closed));
}

ECHOPOOL_TEST(handler_closed_when_the_handler_says_so) {
  RunningServer server{settings_for(idle), [](Session& peer) {
                         peer.write("bye\n");
                         return Next::close;
                       }};
  Client client = server.connect();
  client.send("x");
  BOOST_TEST(client.receive_all() == "bye\n");
  client.close();
  BOOST_TEST(ended_for(server, EndReason::handler_closed));
}

ECHOPOOL_TEST(idle_timeout_between_messages) {
  ServerSettings settings = settings_for(idle);
  settings.timeouts.idle = short_limit;
  RunningServer server{settings};
  Client client = server.connect();
  client.send("x");
  BOOST_TEST(client.receive(1) == "x");
  BOOST_TEST(client.ended_cleanly());
  client.close();
  BOOST_TEST(ended_for(server, EndReason::idle_timeout));
}

ECHOPOOL_TEST(a_connection_that_talks_now_and_then_is_never_idle) {
  ServerSettings settings = settings_for(idle);
  settings.timeouts.idle = 1s;
  RunningServer server{settings};
  Client talker = server.connect();
  Client silent = server.connect();
  do {
    talker.send("x");
    BOOST_REQUIRE(talker.receive(1) == "x");
  } while (!silent.has_input(50ms));
  BOOST_TEST(silent.ended_cleanly());  // by the same limit, and it came later
  talker.send("x");
  BOOST_TEST(talker.receive(1) == "x");
}

ECHOPOOL_TEST(idle_timeout_longer_than_the_receive_timeout) {
  ServerSettings settings = settings_for(idle);
  settings.timeouts.receive = short_limit;
  settings.timeouts.idle = short_limit * 4;
  RunningServer server{settings};
  const auto start = std::chrono::steady_clock::now();
  Client client = server.connect();
  BOOST_TEST(client.ended_cleanly());
  BOOST_TEST(std::chrono::steady_clock::now() - start >= short_limit * 3);
  client.close();
  BOOST_TEST(ended_for(server, EndReason::idle_timeout));
}

ECHOPOOL_TEST(receive_timeout_within_a_message) {
  ServerSettings settings = settings_for(idle);
  settings.timeouts.receive = short_limit;
  RunningServer server{settings, one_line};
  Client client = server.connect();
  client.send("half a li");
  BOOST_TEST(client.ended_cleanly());
  client.close();
  BOOST_TEST(ended_for(server, EndReason::receive_timeout));
}

ECHOPOOL_TEST(message_timeout_however_the_peer_drips) {
  ServerSettings settings = settings_for(idle);
  settings.timeouts.receive = 10s;
  settings.timeouts.message = short_limit * 2;
  settings.timeouts.linger = short_limit;
  RunningServer server{settings, [](Session& peer) {
                         std::array<std::byte, 50'000> block;
                         return peer.read_exact(block) ? Next::again : Next::close;
                       }};
  Client client = server.connect();
  std::atomic<bool> over{false};
  std::thread drip{[&] {
    try {
      while (!over) {
        client.send(".");
        std::this_thread::sleep_for(std::chrono::milliseconds{5});
      }
    } catch (const std::system_error&) {
      return;  // the server has ended it
    }
  }};
  BOOST_TEST(ended_for(server, EndReason::message_timeout));
  over = true;
  drip.join();
}

ECHOPOOL_TEST(send_timeout_when_the_peer_does_not_read) {
  ServerSettings settings = settings_for(idle);
  settings.timeouts.send = short_limit;
  settings.socket.send_buffer = 16_KiB;
  RunningServer server{settings, [](Session& peer) {
                         std::array<std::byte, 16> request;
                         if (!peer.read_exact(request)) return Next::close;
                         peer.write(pattern(8 << 20));
                         return Next::again;
                       }};
  Client client{server.endpoint(), 4096};
  client.send("0123456789abcdef");
  BOOST_TEST(ended_for(server, EndReason::send_timeout));
}

ECHOPOOL_TEST(session_limit_of_a_waiting_connection) {
  ServerSettings settings = settings_for(idle);
  settings.timeouts.session = short_limit;
  RunningServer server{settings};
  Client client = server.connect();
  client.send("x");
  BOOST_TEST(client.receive(1) == "x");
  BOOST_TEST(client.ended_cleanly());
  client.close();
  BOOST_TEST(ended_for(server, EndReason::session_limit));
}

ECHOPOOL_TEST(session_limit_of_a_busy_connection) {
  ServerSettings settings = settings_for(idle);
  settings.timeouts.session = short_limit * 2;
  RunningServer server{settings};
  Client client = server.connect();
  try {
    for (;;) {
      client.send("x");
      if (client.receive(1).empty()) break;
    }
  } catch (const std::system_error&) {
    // the server may have gone between our two calls
  }
  client.close();
  BOOST_TEST(ended_for(server, EndReason::session_limit));
}

ECHOPOOL_TEST(reset_when_the_peer_is_gone) {
  RunningServer server{settings_for(idle)};
  Client client = server.connect();
  client.send("x");
  BOOST_TEST(client.receive(1) == "x");
  client.reset();
  BOOST_TEST(ended_for(server, EndReason::reset));
}

ECHOPOOL_TEST(handler_error_harms_no_other_connection) {
  RunningServer server{settings_for(idle), [](Session& peer) {
                         std::array<std::byte, 1> byte;
                         if (!peer.read_exact(byte)) return Next::close;
                         if (byte[0] == std::byte{'!'}) throw std::runtime_error{"on purpose"};
                         peer.write(byte);
                         return Next::again;
                       }};
  Client other = server.connect();
  other.send("a");
  BOOST_TEST(other.receive(1) == "a");
  Client client = server.connect();
  client.send("!");
  BOOST_TEST(client.ended_cleanly());
  client.close();
  BOOST_TEST(eventually([&] { return server.stats().ended_for(EndReason::handler_error) == 1; }));
  other.send("b");
  BOOST_TEST(other.receive(1) == "b");
}

ECHOPOOL_TEST(an_exception_that_is_no_std_exception_is_a_handler_error_too) {
  RunningServer server{settings_for(idle), [](Session& peer) -> Next {
                         std::array<std::byte, 1> byte;
                         if (!peer.read_exact(byte)) return Next::close;
                         throw 42;
                       }};
  Client client = server.connect();
  client.send("!");
  BOOST_TEST(client.ended_cleanly());
  client.close();
  BOOST_TEST(ended_for(server, EndReason::handler_error));
}

ECHOPOOL_TEST(an_overlong_line_ends_as_message_too_long) {
  RunningServer server{settings_for(idle), one_line};
  Client client = server.connect();
  client.send(std::string(100, 'x'));
  BOOST_TEST(client.ended_cleanly());
  client.close();
  BOOST_TEST(ended_for(server, EndReason::message_too_long));
}

BOOST_AUTO_TEST_CASE(a_handler_that_never_reads_cannot_spin_for_ever) {
  RunningServer server{settings_for(IdleConnections::park), [](Session&) { return Next::again; }};
  Client client = server.connect();
  client.send("x");
  BOOST_TEST(client.ended_cleanly());
  client.close();
  BOOST_TEST(ended_for(server, EndReason::handler_error));
}

ECHOPOOL_TEST(stopping_ends_waiting_connections) {
  RunningServer server{settings_for(idle)};
  Client client = server.connect();
  client.send("x");
  BOOST_TEST(client.receive(1) == "x");
  std::thread stopper{[&] { server->stop(20s); }};
  BOOST_TEST(client.ended_cleanly());
  client.close();
  stopper.join();
  BOOST_TEST(ended_for(server, EndReason::stopping));
}
