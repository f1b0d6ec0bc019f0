// The peer that follows a script: it shows of a handler what a real peer would see.
// Tests: scripted_calls
#include "printing.hpp"

#include <echopool/testing.hpp>

#include <boost/test/unit_test.hpp>

#include <unistd.h>

#include <array>
#include <cerrno>
#include <stdexcept>

using namespace echopool;
using echopool::testing::answer_to;
using echopool::testing::Outcome;
using echopool::testing::ScriptedPeer;

namespace {

Next answer(Session& peer) {
  const auto line = peer.read_line(64_B);
  if (!line) return Next::close;
  if (*line == "QUIT") return Next::close;
  peer.write(*line == "PING" ? "PONG\n" : "ERR\n");
  return Next::again;
}

bool is(const Outcome& outcome, EndReason reason) { return outcome.ended == reason; }

}  // namespace

BOOST_AUTO_TEST_CASE(a_handler_that_asks_again_waits_and_its_script_can_go_on) {
  ScriptedPeer peer{answer};
  Outcome outcome = peer.sends("PING\n").run();
  BOOST_TEST(!outcome.ended.has_value());
  BOOST_TEST(outcome.calls == 1U);
  BOOST_TEST(peer.received() == "PONG\n");
  BOOST_TEST(!peer.received_end());
  outcome = peer.sends("what\n").finishes().run();
  BOOST_TEST(is(outcome, EndReason::peer_closed));
  BOOST_TEST(peer.received() == "PONG\nERR\n");
  BOOST_TEST(peer.received_end());
}

BOOST_AUTO_TEST_CASE(nothing_is_called_before_there_is_input) {
  ScriptedPeer peer{answer};
  const Outcome outcome = peer.run();
  BOOST_TEST(outcome.calls == 0U);
  BOOST_TEST(!outcome.ended.has_value());
}

BOOST_AUTO_TEST_CASE(one_read_gets_one_piece_at_most) {
  std::string reads;
  ScriptedPeer peer{[&](Session& session) {
    std::array<std::byte, 8192> buffer;
    const auto n = session.read_some(buffer);
    reads += std::to_string(n) + " ";
    return n == 0 ? Next::close : Next::again;
  }};
  peer.sends("abc").sends("de").finishes().run();
  BOOST_TEST(reads == "3 2 0 ");
}

BOOST_AUTO_TEST_CASE(a_line_in_pieces_and_two_lines_in_one_piece_are_the_same_to_a_handler) {
  ScriptedPeer pieces{answer};
  pieces.sends("PI").sends("N").sends("G\nPING\nx").sends("\n").finishes().run();
  BOOST_TEST(pieces.received() == "PONG\nPONG\nERR\n");
}

BOOST_AUTO_TEST_CASE(a_handler_that_closes_says_so) {
  ScriptedPeer peer{answer};
  BOOST_TEST(is(peer.sends("QUIT\nPING\n").run(), EndReason::handler_closed));
  BOOST_TEST(peer.received() == "");
  BOOST_TEST(is(peer.run(), EndReason::handler_closed));
}

BOOST_AUTO_TEST_CASE(an_end_inside_a_message_reaches_the_handler_as_an_exception) {
  ScriptedPeer peer{answer};
  const Outcome outcome = peer.sends("PIN").finishes().run();
  BOOST_TEST(is(outcome, EndReason::peer_closed));
  BOOST_REQUIRE(outcome.thrown);
  BOOST_CHECK_EXCEPTION(std::rethrow_exception(outcome.thrown), IoError,
                        [](const IoError& error) { return error.kind() == IoErrorKind::truncated; });
}

BOOST_AUTO_TEST_CASE(a_peer_that_stops_within_a_message_runs_into_the_receive_limit) {
  ScriptedPeer peer{answer};
  BOOST_TEST(is(peer.sends("PIN").run(), EndReason::receive_timeout));
}

BOOST_AUTO_TEST_CASE(a_pause_within_the_limits_is_no_matter) {
  ScriptedPeer peer{answer};
  BOOST_TEST(is(peer.sends("PI").pauses(20s).sends("NG\n").pauses(50s).finishes().run(), EndReason::peer_closed));
  BOOST_TEST(peer.received() == "PONG\n");
}

BOOST_AUTO_TEST_CASE(each_limit_strikes_without_real_waiting) {
  ScriptedPeer idle{answer};
  BOOST_TEST(is(idle.sends("PING\n").pauses(61s).sends("PING\n").run(), EndReason::idle_timeout));
  BOOST_TEST(idle.received() == "PONG\n");

  ScriptedPeer receive{answer};
  BOOST_TEST(is(receive.sends("PI").pauses(31s).sends("NG\n").run(), EndReason::receive_timeout));

  TimeoutSettings limits;
  limits.message = 10s;
  ScriptedPeer message{answer, Opens::client, limits};
  for (const char letter : {'P', 'I', 'N', 'G', '!', '\n'}) message.sends(std::string{letter}).pauses(4s);
  BOOST_TEST(is(message.run(), EndReason::message_timeout));

  limits.session = 100s;
  ScriptedPeer session{answer, Opens::client, limits};
  for (int i = 0; i < 10; ++i) session.sends("PING\n").pauses(30s);
  BOOST_TEST(is(session.run(), EndReason::session_limit));
}

BOOST_AUTO_TEST_CASE(every_operation_can_fail_and_the_connection_ends_each_time) {
  std::size_t n = 1;
  std::size_t told = 0;
  for (;; ++n) {
    ScriptedPeer peer{answer};
    peer.sends("PI").sends("NG\n").sends("PING\n").finishes().fail_operation(n, ECONNRESET);
    const Outcome outcome = peer.run();
    if (peer.operations() < n) break;
    BOOST_TEST_INFO("operation " << n);
    BOOST_TEST(is(outcome, EndReason::reset));
    if (outcome.thrown != nullptr) ++told;
  }
  BOOST_TEST(n == 7U);     // two reads and a write, a read and a write, the read of the end
  BOOST_TEST(told == 3U);  // the second read and both writes; the first read of a message comes before the call
}

BOOST_AUTO_TEST_CASE(a_write_that_is_not_read_in_time_is_a_send_timeout) {
  ScriptedPeer peer{answer};
  BOOST_TEST(is(peer.sends("PING\n").fail_operation(2, EAGAIN).run(), EndReason::send_timeout));
}

BOOST_AUTO_TEST_CASE(what_a_handler_throws_is_kept) {
  ScriptedPeer peer{[](Session&) -> Next { throw std::runtime_error{"on purpose"}; }};
  const Outcome outcome = peer.sends("x").run();
  BOOST_TEST(is(outcome, EndReason::handler_error));
  BOOST_REQUIRE(outcome.thrown);
  BOOST_CHECK_THROW(std::rethrow_exception(outcome.thrown), std::runtime_error);
}

BOOST_AUTO_TEST_CASE(a_peer_that_resets_is_gone) {
  ScriptedPeer peer{answer};
  BOOST_TEST(is(peer.sends("PING\n").resets().run(), EndReason::reset));
}

BOOST_AUTO_TEST_CASE(a_factory_makes_one_handler_for_the_connection) {
  int made = 0;
  ScriptedPeer peer{[&made] {
    ++made;
    return [count = 0](Session& session) mutable {
      if (!session.read_line()) return Next::close;
      session.write(std::to_string(++count));
      return Next::again;
    };
  }};
  peer.sends("\n").sends("\n").run();
  peer.sends("\n").run();
  BOOST_TEST(peer.received() == "123");
  BOOST_TEST(made == 1);
}

BOOST_AUTO_TEST_CASE(a_service_that_speaks_first_is_called_without_input) {
  ScriptedPeer peer{[](Session& session) {
                      if (session.opening()) {
                        session.write("hello ");
                        return Next::again;
                      }
                      return answer(session);
                    },
                    Opens::server};
  const Outcome outcome = peer.run();
  BOOST_TEST(peer.received() == "hello ");
  BOOST_TEST(outcome.calls == 1U);
  peer.sends("PING\n").run();
  BOOST_TEST(peer.received() == "hello PONG\n");
}

BOOST_AUTO_TEST_CASE(a_whole_conversation_is_one_call) {
  ScriptedPeer peer{[](Session& session) {
    while (const auto line = session.read_line()) session.write(*line);
    session.write(".");
  }};
  const Outcome outcome = peer.sends("a\n").pauses(59s).sends("b\n").finishes().run();
  BOOST_TEST(outcome.calls == 1U);
  BOOST_TEST(is(outcome, EndReason::peer_closed));
  BOOST_TEST(peer.received() == "ab.");
}

BOOST_AUTO_TEST_CASE(a_conversation_without_limits_ends_although_the_script_does_not_end_it) {
  TimeoutSettings limits;
  limits.idle = limits.receive = limits.message = std::nullopt;
  ScriptedPeer peer{[](Session& session) { static_cast<void>(session.read_line()); }, Opens::client, limits};
  BOOST_TEST(is(peer.sends("a").run(), EndReason::reset));
}

BOOST_AUTO_TEST_CASE(a_handler_sees_its_peer_and_whether_the_server_stops) {
  ScriptedPeer peer{[](Session& session) {
    if (!session.read_line()) return Next::close;
    session.write(session.peer().to_string() + (session.stopping() ? " stopping" : " going on"));
    return Next::again;
  }};
  peer.from(Endpoint::parse("[2001:db8::1]:7")).while_stopping().sends("\n");
  BOOST_TEST(is(peer.run(), EndReason::stopping));
  BOOST_TEST(peer.received() == "[2001:db8::1]:7 stopping");
}

BOOST_AUTO_TEST_CASE(input_ready_sees_what_has_arrived_and_not_what_will) {
  std::string seen;
  ScriptedPeer peer{[&](Session& session) {
    std::array<std::byte, 4096> buffer;
    if (session.read_some(buffer) == 0) return Next::close;
    seen += session.input_ready() ? '1' : '0';
    return Next::again;
  }};
  peer.sends("a").sends("b").pauses(1s).sends("c").finishes().run();
  BOOST_TEST(seen == "100");
}

BOOST_AUTO_TEST_CASE(nothing_can_be_written_after_the_end_was_sent) {
  ScriptedPeer peer{[](Session& session) {
    session.shutdown_write();
    session.write("too late");
    return Next::close;
  }};
  BOOST_TEST(is(peer.sends("x").run(), EndReason::reset));
  BOOST_TEST(peer.received() == "");
  BOOST_TEST(peer.received_end());
}

BOOST_AUTO_TEST_CASE(a_conversation_waits_for_its_peer_and_for_something_else_at_once) {
  std::array<int, 2> pipe{};
  BOOST_REQUIRE(::pipe(pipe.data()) == 0);
  std::string seen;
  ScriptedPeer peer{[&](Session& session) {
    for (;;) {
      if (!session.wait_input(pipe[0])) {
        char byte = 0;
        BOOST_TEST(::read(pipe[0], &byte, 1) == 1);
        seen += byte;
        continue;
      }
      const auto line = session.read_line();
      if (!line) return;
      seen += *line;
      if (*line == "ring") BOOST_TEST(::write(pipe[1], "!", 1) == 1);
    }
  }};
  const Outcome outcome = peer.sends("a\nring\n").pauses(59s).sends("b\n").pauses(61s).sends("too late\n").run();
  BOOST_TEST(seen == "aring!b");
  BOOST_TEST(is(outcome, EndReason::idle_timeout));
  ::close(pipe[0]);
  ::close(pipe[1]);
}

BOOST_AUTO_TEST_CASE(a_datagram_handler_answers_or_does_not) {
  const DatagramHandler handler = [](Datagram& datagram) {
    if (!datagram.data().empty() && datagram.peer().port() == 50'000) datagram.reply(datagram.data().first(1));
  };
  BOOST_TEST(answer_to("hello", handler) == "h");
  BOOST_TEST(!answer_to("", handler).has_value());
  BOOST_TEST(!answer_to("hello", handler, Endpoint::parse("192.0.2.1:9")).has_value());
}

BOOST_AUTO_TEST_CASE(a_read_that_finds_too_little_is_made_again_or_waits_as_the_service_says) {
  for (const auto& [reads, calls] : {std::pair{Reads::restart, 2U}, std::pair{Reads::wait, 1U}}) {
    ScriptedPeer peer{answer, {.reads = reads}};
    const Outcome outcome = peer.sends("PI").pauses(1s).sends("NG\n").run();
    BOOST_TEST(peer.received() == "PONG\n");
    BOOST_TEST(outcome.calls == calls);
  }
}

BOOST_AUTO_TEST_CASE(a_read_that_waits_meets_the_limits_of_a_message) {
  ScriptedPeer peer{answer, {.reads = Reads::wait}};
  BOOST_TEST(is(peer.sends("PI").pauses(31s).sends("NG\n").run(), EndReason::receive_timeout));
}
