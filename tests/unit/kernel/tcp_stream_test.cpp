#include "kernel/tcp_stream.hpp"

#include "fake_calls.hpp"
#include "printing.hpp"

#include <boost/test/unit_test.hpp>

#include <sys/socket.h>

#include <array>

using namespace echopool;
using namespace std::chrono_literals;
using echopool::test::FakeCalls;

namespace {

struct Fixture {
  FakeCalls calls;
  TcpStream stream{UniqueFd{}, {30s, 30s}, calls};
  std::array<std::byte, 100> buffer{};

  IoResult receive(Timeout wait) { return stream.receive(buffer, wait); }
  IoResult send(std::size_t size, Timeout wait) { return stream.send_all(std::span{buffer}.first(size), wait); }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(receiving, Fixture)

BOOST_AUTO_TEST_CASE(what_the_kernel_returns_is_returned_without_any_other_call) {
  calls.receives = {FakeCalls::data("hello")};
  const IoResult result = receive(30s);
  BOOST_TEST(result.ok());
  BOOST_TEST(result.bytes == 5U);
  BOOST_TEST(calls.armed.empty());
}

BOOST_AUTO_TEST_CASE(an_end_is_an_end_and_a_signal_is_an_interruption) {
  calls.receives = {FakeCalls::data("")};
  BOOST_TEST(receive(30s).status == IoStatus::end);
  calls.receives = {FakeCalls::fails(EINTR)};
  BOOST_TEST(receive(30s).status == IoStatus::interrupted);
}

BOOST_AUTO_TEST_CASE(an_elapsed_limit_is_a_timeout_without_a_look_at_the_clock) {
  calls.receives = {FakeCalls::fails(EAGAIN)};
  BOOST_TEST(receive(30s).status == IoStatus::timed_out);
  BOOST_TEST(calls.armed.empty());
}

BOOST_AUTO_TEST_CASE(a_wait_longer_than_the_armed_limit_goes_on_for_the_rest) {
  calls.receives = {FakeCalls::fails(EAGAIN), FakeCalls::fails(EAGAIN)};
  BOOST_TEST(receive(45s).status == IoStatus::timed_out);
  BOOST_REQUIRE(calls.armed.size() == 1U);
  BOOST_TEST(calls.armed[0].limit == 15s);
}

BOOST_AUTO_TEST_CASE(a_shorter_wait_is_armed_and_a_nearly_equal_one_is_not) {
  calls.receives = {FakeCalls::data("a"), FakeCalls::data("b")};
  BOOST_TEST(receive(29'700ms).ok());
  BOOST_TEST(calls.armed.empty());
  BOOST_TEST(receive(10s).ok());
  BOOST_REQUIRE(calls.armed.size() == 1U);
  BOOST_TEST(calls.armed[0].limit == 10s);
  BOOST_TEST(calls.armed[0].option == SO_RCVTIMEO);
}

BOOST_AUTO_TEST_CASE(without_a_limit_it_waits_on_and_on) {
  calls.receives = {FakeCalls::fails(EAGAIN), FakeCalls::fails(EAGAIN), FakeCalls::data("x")};
  BOOST_TEST(receive(std::nullopt).ok());
}

BOOST_AUTO_TEST_CASE(a_peer_that_is_gone_is_told_from_other_failures) {
  for (const int error : {ECONNRESET, EPIPE, ETIMEDOUT, EHOSTUNREACH}) {
    calls.receives = {FakeCalls::fails(error)};
    const IoResult result = receive(30s);
    BOOST_TEST(result.status == IoStatus::reset, error);
    BOOST_TEST(result.error == error);
  }
  calls.receives = {FakeCalls::fails(EFAULT)};
  BOOST_TEST(receive(30s).status == IoStatus::failed);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_FIXTURE_TEST_SUITE(sending, Fixture)

BOOST_AUTO_TEST_CASE(everything_is_sent_in_one_call_when_it_fits) {
  BOOST_TEST(send(100, 30s).ok());
  BOOST_TEST(calls.sent.size() == 100U);
  BOOST_TEST(calls.armed.empty());
}

BOOST_AUTO_TEST_CASE(a_partial_send_leaves_the_rest_only_what_time_is_left) {
  calls.sends = {FakeCalls::takes(40, 10s), FakeCalls::takes(60)};
  BOOST_TEST(send(100, 30s).ok());
  BOOST_REQUIRE(calls.armed.size() == 2U);
  BOOST_TEST(calls.armed[0].limit == 20s);
  BOOST_TEST(calls.armed[1].limit == 30s, "the next write has its whole time again");
}

BOOST_AUTO_TEST_CASE(a_slow_reader_cannot_stretch_a_write_by_taking_a_little) {
  for (int i = 0; i < 50; ++i) calls.sends.push_back(FakeCalls::takes(1, 1s));
  const IoResult result = send(100, 30s);
  BOOST_TEST(result.status == IoStatus::timed_out);
  BOOST_TEST(result.bytes == 30U);
}

BOOST_AUTO_TEST_CASE(a_reader_that_takes_nothing_is_a_timeout) {
  calls.sends = {FakeCalls::fails(EAGAIN, 30s)};
  const IoResult result = send(100, 30s);
  BOOST_TEST(result.status == IoStatus::timed_out);
  BOOST_TEST(result.bytes == 0U);
}

BOOST_AUTO_TEST_CASE(signals_do_not_shorten_a_write) {
  calls.sends = {FakeCalls::fails(EINTR, 1s), FakeCalls::takes(10, 1s), FakeCalls::fails(EINTR), FakeCalls::takes(90)};
  BOOST_TEST(send(100, 30s).ok());
  BOOST_TEST(calls.sent.size() == 100U);
}

BOOST_AUTO_TEST_CASE(a_broken_connection_says_how_much_was_taken) {
  calls.sends = {FakeCalls::takes(40), FakeCalls::fails(EPIPE)};
  const IoResult result = send(100, 30s);
  BOOST_TEST(result.status == IoStatus::reset);
  BOOST_TEST(result.bytes == 40U);
  BOOST_TEST(result.error == EPIPE);
}

BOOST_AUTO_TEST_SUITE_END()
