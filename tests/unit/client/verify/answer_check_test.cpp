#include "thread.hpp"
#include "verify/datagram_check.hpp"
#include "verify/stream_check.hpp"

#include <boost/test/unit_test.hpp>

#include <atomic>

using namespace echopool;
using namespace echopool::client;
using namespace std::chrono_literals;

namespace {

ByteView bytes(std::string_view text) { return std::as_bytes(std::span{text.data(), text.size()}); }
char as_char(std::optional<std::byte> byte) { return byte ? std::to_integer<char>(*byte) : '-'; }

}  // namespace

BOOST_AUTO_TEST_CASE(a_stream_is_compared_however_it_is_cut) {
  StreamCheck check;
  BOOST_TEST(check.sending(bytes("hello "), {}));
  BOOST_TEST(check.sending(bytes("world"), {}));
  BOOST_TEST(!check.received(bytes("hel")).has_value());
  BOOST_TEST(!check.received(bytes("lo wor")).has_value());
  BOOST_TEST(!check.complete());
  BOOST_TEST(!check.received(bytes("ld")).has_value());
  BOOST_TEST(check.complete());
}

BOOST_AUTO_TEST_CASE(the_first_byte_that_differs_is_named_by_its_offset) {
  StreamCheck check;
  BOOST_TEST(check.sending(bytes("abc"), {}));
  BOOST_TEST(check.sending(bytes("defg"), {}));
  BOOST_TEST(!check.received(bytes("ab")).has_value());
  const auto mismatch = check.received(bytes("cdXg"));
  BOOST_REQUIRE(mismatch.has_value());
  BOOST_TEST(mismatch->offset == 4U);
  BOOST_TEST(as_char(mismatch->expected) == 'e');
  BOOST_TEST(as_char(mismatch->actual) == 'X');
}

BOOST_AUTO_TEST_CASE(an_answer_longer_than_what_was_sent_is_a_mismatch) {
  StreamCheck check;
  BOOST_TEST(check.sending(bytes("abc"), {}));
  const auto mismatch = check.received(bytes("abcd"));
  BOOST_REQUIRE(mismatch.has_value());
  BOOST_TEST(mismatch->offset == 3U);
  BOOST_TEST(!mismatch->expected.has_value());
}

BOOST_AUTO_TEST_CASE(the_writer_waits_while_too_much_is_unanswered_and_stop_ends_the_wait) {
  StreamCheck check{4};
  BOOST_TEST(check.sending(bytes("abc"), {}));
  std::stop_source stop;
  std::atomic<bool> admitted{true};
  {
    Thread writer{"writer", 256_KiB, [&] { admitted = check.sending(bytes("de"), stop.get_token()); }};
    stop.request_stop();
  }
  BOOST_TEST(!admitted);
  {
    Thread writer{"writer", 256_KiB, [&] { admitted = check.sending(bytes("de"), {}); }};
    BOOST_TEST(!check.received(bytes("abc")).has_value());
  }
  BOOST_TEST(admitted);
}

BOOST_AUTO_TEST_CASE(datagrams_may_come_back_in_any_order_and_twice) {
  DatagramCheck check{true};
  for (const char* text : {"one", "two", "", "three"}) BOOST_TEST(check.sending(bytes(text), {}));
  for (const char* text : {"two", "one", "two", "three"}) BOOST_TEST(!check.received(bytes(text)).has_value());
  BOOST_TEST(check.unanswered() == 1U);
  BOOST_TEST(!check.received(bytes("")).has_value());
  BOOST_TEST(check.complete());
}

BOOST_AUTO_TEST_CASE(a_datagram_that_was_never_sent_is_told_against_the_oldest_unanswered) {
  DatagramCheck check{true};
  for (const char* text : {"1234", "abcd", "xyz"}) BOOST_TEST(check.sending(bytes(text), {}));
  BOOST_TEST(!check.received(bytes("1234")).has_value());
  const auto changed = check.received(bytes("abXd"));
  BOOST_REQUIRE(changed.has_value());
  BOOST_TEST(changed->offset == 6U);
  const auto truncated = check.received(bytes("abc"));
  BOOST_REQUIRE(truncated.has_value());
  BOOST_TEST(truncated->offset == 7U);
  BOOST_TEST(as_char(truncated->expected) == 'd');
  BOOST_TEST(!truncated->actual.has_value());
}

BOOST_AUTO_TEST_CASE(a_lost_datagram_holds_up_the_next_only_for_a_while) {
  DatagramCheck check{false, 1ms};
  const std::string large(60'000, 'x');
  for (int i = 0; i < 3; ++i) BOOST_TEST(check.sending(bytes(large), {}));
  BOOST_TEST(check.unanswered() == 3U);
}
