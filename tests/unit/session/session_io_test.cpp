// Tests: session_input, session_reads, session_output, session_state, read_buffer, time_limits, kept_bytes
// A Session over a scripted socket: every outcome of reading and writing, without a network.
#include "session/session_io.hpp"

#include "connections.hpp"
#include "fake_calls.hpp"
#include "loopback.hpp"
#include "printing.hpp"

#include <boost/test/unit_test.hpp>

#include <array>

using namespace echopool;
using echopool::test::FakeCalls;
using echopool::test::pattern;

namespace {

struct Fixture {
  Fixture() { bind(); }

  /// As under hold: its reads and writes wait.
  void bind() { io.bind(connection, settings, FirstByte::may_wait); }

  std::string line(ByteSize limit = 8_KiB) { return std::string{session.read_line(limit).value_or("(end)")}; }
  std::string view() {
    const auto found = session.read_some();
    return {reinterpret_cast<const char*>(found.data()), found.size()};
  }
  std::string some(std::size_t size = 100) {
    std::vector<std::byte> into(size);
    const auto n = session.read_some(into);
    return {reinterpret_cast<const char*>(into.data()), n};
  }
  template <class Action>
  IoErrorKind kind_of_error(Action action) {
    try {
      action();
    } catch (const IoError& error) {
      return error.kind();
    }
    BOOST_FAIL("nothing was thrown");
    return IoErrorKind::system;
  }

  FakeCalls calls;
  ServerSettings settings;
  TimeoutSettings& limits = settings.timeouts;
  SessionTotals kept;
  StopState stop;
  std::stop_source aborting;
  Connection connection = echopool::test::make_connection(
      {.opened = calls.clock, .id = 42, .peer = Endpoint::parse("192.0.2.1:4000"), .calls = calls});
  SessionIo io{stop, aborting.get_token(), kept};
  Session& session = io.begin_call(false);
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(lines, Fixture)

BOOST_AUTO_TEST_CASE(lines_are_found_however_they_arrive) {
  calls.receives = {FakeCalls::data("one\ntwo\r\nth"), FakeCalls::data("ree\n"), FakeCalls::data("\n")};
  BOOST_TEST(line() == "one");
  BOOST_TEST(line() == "two");
  BOOST_TEST(line() == "three");
  BOOST_TEST(line() == "");
  BOOST_TEST(line() == "(end)");
}

BOOST_AUTO_TEST_CASE(an_end_in_the_middle_of_a_line_is_never_mistaken_for_an_end) {
  calls.receives = {FakeCalls::data("no newline"), FakeCalls::data("")};
  BOOST_TEST(kind_of_error([&] { line(); }) == IoErrorKind::truncated);
}

BOOST_AUTO_TEST_CASE(the_limit_counts_the_line_and_not_its_end) {
  calls.receives = {FakeCalls::data("1234\r\n"), FakeCalls::data("12345\n")};
  BOOST_TEST(line(4_B) == "1234");
  BOOST_TEST(kind_of_error([&] { line(4_B); }) == IoErrorKind::message_too_long);
}

BOOST_AUTO_TEST_CASE(an_endless_line_is_refused_before_it_is_read_to_its_end) {
  for (int i = 0; i < 100; ++i) calls.receives.push_back(FakeCalls::data(std::string(1000, 'x')));
  BOOST_TEST(kind_of_error([&] { line(4_KiB); }) == IoErrorKind::message_too_long);
  BOOST_TEST(calls.receives.size() >= 90U);
}

BOOST_AUTO_TEST_CASE(a_line_longer_than_the_buffer_is_read_when_it_is_allowed) {
  const std::string longest(200'000, 'y');
  calls.receives = {FakeCalls::data(longest), FakeCalls::data("\nnext\n")};
  BOOST_TEST((line(1_MiB) == longest));
  BOOST_TEST(line() == "next");
}

BOOST_AUTO_TEST_CASE(many_short_lines_go_through_a_full_buffer) {
  std::string text;
  for (int i = 0; i < 30'000; ++i) text += "line " + std::to_string(i) + "\n";
  calls.receives = {FakeCalls::data(text)};
  for (int i = 0; i < 30'000; ++i) BOOST_REQUIRE(line() == "line " + std::to_string(i));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_FIXTURE_TEST_SUITE(blocks, Fixture)

BOOST_AUTO_TEST_CASE(exactly_what_was_asked_for_is_read) {
  calls.receives = {FakeCalls::data("ab"), FakeCalls::data("cdef")};
  std::array<std::byte, 4> four;
  BOOST_TEST(session.read_exact(four));
  BOOST_TEST(std::string(reinterpret_cast<const char*>(four.data()), 4) == "abcd");
  BOOST_TEST(some() == "ef");
}

BOOST_AUTO_TEST_CASE(a_clean_end_before_a_block_is_told_from_one_within_it) {
  calls.receives = {FakeCalls::data("")};
  std::array<std::byte, 4> four;
  BOOST_TEST(!session.read_exact(four));
  bind();
  calls.receives = {FakeCalls::data("ab"), FakeCalls::data("")};
  BOOST_TEST(kind_of_error([&] { static_cast<void>(session.read_exact(four)); }) == IoErrorKind::truncated);
}

BOOST_AUTO_TEST_CASE(lines_and_blocks_can_be_mixed) {
  calls.receives = {FakeCalls::data("5\nhello6\nworld!")};
  std::array<std::byte, 5> five;
  BOOST_TEST(line() == "5");
  BOOST_TEST(session.read_exact(five));
  BOOST_TEST(line() == "6");
  BOOST_TEST(some() == "world!");
}

BOOST_AUTO_TEST_CASE(what_is_there_can_be_had_without_a_buffer_of_one_s_own) {
  calls.receives = {FakeCalls::data("5\nhello"), FakeCalls::data("world"), FakeCalls::data("")};
  BOOST_TEST(line() == "5");
  BOOST_TEST(view() == "hello");
  BOOST_TEST(!io.input().has_buffered());
  BOOST_TEST(view() == "world");
  BOOST_TEST(view() == "");
  BOOST_TEST(view() == "");
}

BOOST_AUTO_TEST_CASE(the_worker_s_buffer_grows_for_a_stream_and_not_without_end) {
  const std::string text = pattern(1'000'000);
  calls.receives = {FakeCalls::data(text)};
  std::string got;
  std::vector<std::size_t> sizes_in_kib;
  while (got.size() < text.size()) {
    const std::string found = view();
    sizes_in_kib.push_back(found.size() / 1024);
    got += found;
  }
  BOOST_TEST((got == text));
  const std::vector<std::size_t> expected{64, 128, 128, 128, 128, 128, 128, 128, 16};
  BOOST_TEST(sizes_in_kib == expected, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(one_full_read_a_turn_leaves_the_worker_s_buffer_as_it_is) {
  for (int turns = 0; turns < 10; ++turns) {
    bind();
    calls.receives = {FakeCalls::data(std::string(65'536, 'x'))};
    BOOST_TEST(view().size() == 65'536U);
  }
  bind();
  calls.receives = {FakeCalls::data(std::string(65'537, 'x'))};
  BOOST_TEST(view().size() == 65'536U);
}

BOOST_AUTO_TEST_CASE(reading_after_the_end_returns_the_end_again) {
  calls.receives = {FakeCalls::data("")};
  BOOST_TEST(some() == "");
  BOOST_TEST(some() == "");
  BOOST_TEST(line() == "(end)");
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_FIXTURE_TEST_SUITE(limits_of_time, Fixture)

BOOST_AUTO_TEST_CASE(before_a_message_the_idle_limit_is_a_clean_end) {
  bind();
  calls.receives = {FakeCalls::fails(EAGAIN, 30s), FakeCalls::fails(EAGAIN, 30s)};
  BOOST_TEST(some() == "");
  BOOST_REQUIRE(io.failure().has_value());
  BOOST_TEST(io.failure()->reason == EndReason::idle_timeout);
}

// recv(2) with a limit is interrupted even where no signal has a handler: when the process was stopped and goes on
// (signal(7)).
BOOST_AUTO_TEST_CASE(signals_do_not_stretch_the_idle_limit) {
  bind();
  limits.idle = 10s;
  for (int i = 0; i < 20; ++i) calls.receives.push_back(FakeCalls::fails(EINTR, 7s));
  BOOST_TEST(some() == "");
  BOOST_TEST_REQUIRE(io.failure().has_value());
  BOOST_TEST(io.failure()->reason == EndReason::idle_timeout);
  BOOST_TEST(calls.clock - connection.opened <= 21s);
}

BOOST_AUTO_TEST_CASE(signals_do_not_stretch_the_receive_limit) {
  limits.receive = 10s;
  limits.message = {};
  calls.receives = {FakeCalls::data("half")};
  for (int i = 0; i < 20; ++i) calls.receives.push_back(FakeCalls::fails(EINTR, 7s));
  BOOST_TEST(kind_of_error([&] { line(); }) == IoErrorKind::receive_timeout);
  BOOST_TEST(calls.clock - connection.opened <= 21s);
}

BOOST_AUTO_TEST_CASE(within_a_message_the_receive_limit_is_an_error) {
  calls.receives = {FakeCalls::data("half"), FakeCalls::fails(EAGAIN, 30s)};
  BOOST_TEST(kind_of_error([&] { line(); }) == IoErrorKind::receive_timeout);
  BOOST_TEST(io.failure()->reason == EndReason::receive_timeout);
}

BOOST_AUTO_TEST_CASE(dripping_does_not_stretch_a_message) {
  limits.message = 20s;
  for (int i = 0; i < 100; ++i) calls.receives.push_back(FakeCalls::data("x", 1s));
  BOOST_TEST(kind_of_error([&] { line(); }) == IoErrorKind::message_timeout);
  BOOST_TEST(calls.clock - connection.opened <= 22s);
}

BOOST_AUTO_TEST_CASE(the_next_message_has_a_clock_of_its_own) {
  limits.message = 20s;
  calls.receives = {FakeCalls::data("a"), FakeCalls::data("b\n", 15s)};
  BOOST_TEST(line() == "ab");
  io.input().begin_message(false);
  calls.receives = {FakeCalls::data("c"), FakeCalls::data("d\n", 15s)};
  BOOST_TEST(line() == "cd");
}

BOOST_AUTO_TEST_CASE(the_session_limit_ends_a_conversation_however_busy) {
  limits.session = 10s;
  for (int i = 0; i < 100; ++i) calls.receives.push_back(FakeCalls::data("x\n", 1s));
  int lines_read = 0;
  BOOST_TEST((kind_of_error([&] {
                for (;; ++lines_read) {
                  io.input().begin_message(false);
                  line();
                }
              }) == IoErrorKind::session_limit));
  BOOST_TEST(lines_read == 10);
}

BOOST_AUTO_TEST_CASE(a_message_that_comes_in_one_piece_needs_no_clock_and_no_setsockopt) {
  calls.receives = {FakeCalls::data("hello\n")};
  BOOST_TEST(line() == "hello");
  session.write("hello\n");
  BOOST_TEST(calls.armed.empty());
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_FIXTURE_TEST_SUITE(writing, Fixture)

BOOST_AUTO_TEST_CASE(a_stalled_write_tells_which_deadlock_it_is) {
  calls.sends = {FakeCalls::fails(EAGAIN, 30s)};
  calls.inq = 500;
  calls.outq = 700;
  BOOST_TEST(kind_of_error([&] { session.write("hello"); }) == IoErrorKind::send_timeout);
  BOOST_REQUIRE(io.failure()->stall.has_value());
  BOOST_TEST(io.failure()->stall->deadlock() == "write-write");
  BOOST_TEST(io.failure()->stall->unread == 500U);
  BOOST_TEST(io.failure()->stall->unsent == 700U);
}

BOOST_AUTO_TEST_CASE(input_that_waits_in_our_own_buffer_counts_as_unread) {
  calls.receives = {FakeCalls::data("first\nsecond\n")};
  BOOST_TEST(line() == "first");
  calls.sends = {FakeCalls::fails(EAGAIN, 30s)};
  BOOST_TEST(kind_of_error([&] { session.write("hello"); }) == IoErrorKind::send_timeout);
  BOOST_TEST(io.failure()->stall->unread == 7U);
}

BOOST_AUTO_TEST_CASE(a_peer_that_has_nothing_to_say_is_a_slow_reader) {
  calls.sends = {FakeCalls::fails(EAGAIN, 30s)};
  calls.outq = 1;
  BOOST_TEST(kind_of_error([&] { session.write("hello"); }) == IoErrorKind::send_timeout);
  BOOST_TEST(io.failure()->stall->deadlock() == "slow-reader");
}

BOOST_AUTO_TEST_CASE(the_noexcept_twins_say_the_same_as_values) {
  calls.receives = {FakeCalls::data("abc"), FakeCalls::fails(ECONNRESET)};
  std::array<std::byte, 10> into;
  IoResult result = session.try_read_some(into);
  BOOST_TEST(result.ok());
  BOOST_TEST(result.bytes == 3U);
  result = session.try_read_some(into);
  BOOST_TEST(result.status == IoStatus::reset);
  BOOST_TEST(result.error == ECONNRESET);
  bind();
  calls.sends = {FakeCalls::takes(3), FakeCalls::fails(EPIPE)};
  result = session.try_write_all(into);
  BOOST_TEST(result.status == IoStatus::reset);
  BOOST_TEST(result.bytes == 3U);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_FIXTURE_TEST_SUITE(stopping, Fixture)

BOOST_AUTO_TEST_CASE(a_wait_for_a_message_is_interrupted_by_a_drain) {
  bind();
  calls.receives = {FakeCalls::fails(EINTR), FakeCalls::data("never read")};
  calls.before_receive = [&] { stop.begin_draining(); };
  BOOST_TEST(some() == "");
  BOOST_TEST(io.failure()->reason == EndReason::stopping);
  BOOST_TEST(!io.waiting());
}

BOOST_AUTO_TEST_CASE(a_message_that_has_begun_is_not_interrupted_by_a_drain) {
  bind();
  calls.receives = {FakeCalls::data("half "), FakeCalls::fails(EINTR), FakeCalls::data("whole\n")};
  calls.before_receive = [&] {
    if (calls.receives.size() < 3) stop.begin_draining();
  };
  BOOST_TEST(line() == "half whole");
}

BOOST_AUTO_TEST_CASE(an_end_that_the_server_made_itself_is_told_as_stopping) {
  aborting.request_stop();
  calls.receives = {FakeCalls::data("")};
  BOOST_TEST(kind_of_error([&] { some(); }) == IoErrorKind::stopping);
  BOOST_TEST(io.failure()->reason == EndReason::stopping);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_FIXTURE_TEST_SUITE(turns, Fixture)

BOOST_AUTO_TEST_CASE(what_a_turn_without_memory_left_behind_never_reaches_another_connection) {
  io.bind(connection, settings, FirstByte::is_there);
  calls.receives = {FakeCalls::data("secret\nquestion\n")};
  BOOST_TEST((io.input().look() == IoStatus::ok));
  BOOST_TEST(line() == "secret");
  session.write("secret answer\n");  // collected: another message is buffered
  BOOST_TEST(calls.sent == "");
  Connection other = echopool::test::make_connection({.opened = calls.clock, .id = 43, .calls = calls});
  io.bind(other, settings, FirstByte::is_there);  // without unbind(): std::bad_alloc came first
  BOOST_TEST(!io.input().has_buffered());
  BOOST_TEST(io.output().send_collected());
  BOOST_TEST(calls.sent == "");
}

BOOST_AUTO_TEST_CASE(input_that_was_not_consumed_is_kept_for_the_next_turn) {
  calls.receives = {FakeCalls::data("one\ntwo\nthr"), FakeCalls::data("ee\n")};
  BOOST_TEST(line() == "one");
  io.unbind();
  BOOST_TEST(connection.input->size() == 7U);
  BOOST_TEST(connection.received == 11U);
  bind();
  BOOST_TEST(!connection.input);
  BOOST_TEST(io.input().has_buffered());
  BOOST_TEST(line() == "two");
  BOOST_TEST(line() == "three");
}

BOOST_AUTO_TEST_CASE(a_session_tells_of_its_peer_the_server_and_its_input) {
  BOOST_TEST(session.peer().to_string() == "192.0.2.1:4000");
  BOOST_TEST(session.id() == 42U);
  BOOST_TEST(!session.stopping());
  stop.begin_draining();
  BOOST_TEST(session.stopping());
  BOOST_TEST(!session.input_ready());
  calls.inq = 1;
  BOOST_TEST(session.input_ready());
  session.shutdown_write();
  BOOST_TEST(calls.shutdowns.size() == 1U);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_FIXTURE_TEST_CASE(a_large_message_in_many_pieces_is_not_copied_for_each_of_them, Fixture) {
  io.unbind();
  const std::string whole = pattern(100'200);
  std::size_t sent = 0;
  const auto turn = [&](std::size_t size) {
    calls.receives.push_back(FakeCalls::data(whole.substr(sent, size)));
    sent += size;
    io.bind(connection, settings, FirstByte::is_there);
    while (!calls.receives.empty()) BOOST_TEST((io.input().look() == IoStatus::ok));  // a read ends with the room
    io.input().need_more();
    connection.waits_for = WaitFor::rest;
    io.unbind();
  };
  while (sent < 100'000) turn(1'000);
  int moves = 0;
  while (sent < whole.size()) {
    const std::byte* before = connection.input->storage.data();
    turn(1);
    if (connection.input->storage.data() != before) ++moves;
    BOOST_TEST(connection.input->storage.size() - connection.input->size() <= connection.input->size() / 4);
  }
  BOOST_TEST(moves <= 1);
  BOOST_TEST(connection.input->size() == whole.size());
  io.bind(connection, settings, FirstByte::is_there);
  const auto bytes = io.begin_call(false).buffered();
  BOOST_TEST((std::string_view{reinterpret_cast<const char*>(bytes.data()), bytes.size()} == whole));
}
