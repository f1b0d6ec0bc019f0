#include "ping/ping_text.hpp"

#include <boost/test/unit_test.hpp>

using namespace echopool::client;
using namespace std::chrono_literals;

namespace {

std::string told(const PingEvent& event, const PingStyle& style = {}) { return describe(event, "192.0.2.1:7", style); }

}  // namespace

BOOST_AUTO_TEST_CASE(every_event_is_a_line_that_says_what_happened) {
  BOOST_TEST(told({.sequence = 0, .bytes = 64, .round_trip = 45'140ns}) ==
             "64 bytes from 192.0.2.1:7: seq=1 time=45.1 us");
  BOOST_TEST(told({.sequence = 6, .bytes = 64, .round_trip = 2s, .late = true, .overtaken_by = 3}) ==
             "64 bytes from 192.0.2.1:7: seq=7 time=2.00 s REORDER(+3) LATE");
  BOOST_TEST(told({.what = PingHappening::duplicate, .sequence = 1, .bytes = 64, .round_trip = 1ms}) ==
             "64 bytes from 192.0.2.1:7: seq=2 time=1.00 ms DUP!");
  BOOST_TEST(told({.what = PingHappening::corrupt, .bytes = 64, .offset = 50}) ==
             "64 bytes from 192.0.2.1:7: seq=1 CORRUPT@50");
  BOOST_TEST(told({.what = PingHappening::truncated, .bytes = 40, .offset = 40}) ==
             "40 bytes from 192.0.2.1:7: seq=1 TRUNCATED@40");
  BOOST_TEST(told({.what = PingHappening::stray, .bytes = 5}) ==
             "5 bytes from 192.0.2.1:7: not an answer to any probe");
  BOOST_TEST(told({.what = PingHappening::refused, .error = ECONNREFUSED}) ==
             "from 192.0.2.1:7: seq=1 Connection refused");
  BOOST_TEST(told({.what = PingHappening::overdue, .sequence = 4}) == "no answer in time: seq=5");
  BOOST_TEST(told({.what = PingHappening::disconnected}) == "connection to 192.0.2.1:7 ended: the server closed it");
  BOOST_TEST(told({.round_trip = 5ms}) == "connected to 192.0.2.1:7: seq=1 time=5.00 ms");
}

BOOST_AUTO_TEST_CASE(a_time_is_exact_when_asked_and_colour_is_for_what_went_wrong) {
  BOOST_TEST(told({.bytes = 1, .round_trip = 45'141ns}, {.exact = true}) ==
             "1 byte from 192.0.2.1:7: seq=1 time=45.141 us");
  BOOST_TEST(told({.bytes = 1}, {.colour = true}).find('\033') == std::string::npos);
  BOOST_TEST(told({.what = PingHappening::overdue}, {.colour = true}) == "\033[31mno answer in time: seq=1\033[0m");
}

BOOST_AUTO_TEST_CASE(answers_lost_by_this_host_are_not_blamed_on_the_network) {
  PingReport report;
  report.queue_drops = 3;
  const auto notes = warnings(report, false);
  BOOST_REQUIRE(notes.size() == 1U);
  BOOST_TEST(notes[0].find("the network did not lose them") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(the_summary_tells_of_disconnections_and_of_what_the_network_row_leaves_out) {
  PingReport report;
  report.totals.on_time = 20;
  report.disconnections = 2;
  for (int i = 0; i < 20; ++i) report.round_trips.record(i < 18 ? 100us : 400ms);
  for (int i = 0; i < 18; ++i) report.kernel_round_trips.record(90us);
  for (int i = 0; i < 2; ++i) report.unstamped.record(400ms);
  const std::string text = summarise(report, "title", 200);
  BOOST_TEST(text.find("20 sent, 20 answered (0 % loss), 2 disconnections in ") != std::string::npos, text);
  BOOST_TEST(text.find("network, without 2") != std::string::npos, text);
  const auto notes = warnings(report, true);
  BOOST_REQUIRE(notes.size() == 2U);
  BOOST_TEST(notes[0].find("leaves out 2 answers without the kernel's time stamps, the longest of 400 ms") !=
                 std::string::npos,
             notes[0]);
  BOOST_TEST(notes[1].find("the connection ended 2 times") == 0U, notes[1]);
}
