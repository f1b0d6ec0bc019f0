#include "idleness.hpp"

#include <boost/test/unit_test.hpp>

using namespace echopool;
using namespace std::chrono_literals;

namespace {

Stats stats(std::uint64_t accepted, std::uint64_t open, std::uint64_t datagrams) {
  Stats result;
  result.accepted = accepted;
  result.open = open;
  result.udp.received = datagrams;
  return result;
}

const Idleness::TimePoint start{1h};

}  // namespace

BOOST_AUTO_TEST_CASE(time_counts_from_the_first_look) {
  Idleness idleness{10s};
  BOOST_TEST(!idleness.passed(stats(0, 0, 0), start));
  BOOST_TEST(!idleness.passed(stats(0, 0, 0), start + 9'999ms));
  BOOST_TEST(idleness.passed(stats(0, 0, 0), start + 10s));
}

BOOST_AUTO_TEST_CASE(a_connection_or_a_datagram_begins_it_anew) {
  Idleness idleness{10s};
  BOOST_TEST(!idleness.passed(stats(0, 0, 0), start));
  BOOST_TEST(!idleness.passed(stats(1, 0, 0), start + 9s));
  BOOST_TEST(!idleness.passed(stats(1, 0, 1), start + 18s));
  BOOST_TEST(!idleness.passed(stats(1, 0, 1), start + 27s));
  BOOST_TEST(idleness.passed(stats(1, 0, 1), start + 28s));
}

BOOST_AUTO_TEST_CASE(as_long_as_a_connection_is_open_no_time_passes) {
  Idleness idleness{10s};
  BOOST_TEST(!idleness.passed(stats(1, 1, 0), start));
  BOOST_TEST(!idleness.passed(stats(1, 1, 0), start + 1h));
  BOOST_TEST(!idleness.passed(stats(1, 0, 0), start + 1h + 9s));
  BOOST_TEST(idleness.passed(stats(1, 0, 0), start + 1h + 10s));
}
