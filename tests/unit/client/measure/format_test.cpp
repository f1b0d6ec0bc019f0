#include "measure/format.hpp"

#include "printing.hpp"

#include <boost/test/unit_test.hpp>

using namespace echopool::client;
using namespace std::chrono_literals;

BOOST_AUTO_TEST_CASE(a_duration_is_written_with_three_digits_in_the_unit_that_suits) {
  BOOST_TEST(format_duration(812ns) == "812 ns");
  BOOST_TEST(format_duration(45'140ns) == "45.1 us");
  BOOST_TEST(format_duration(1'234us) == "1.23 ms");
  BOOST_TEST(format_duration(2'500ms) == "2.50 s");
  BOOST_TEST(format_duration(999'499ns) == "999 us");
  BOOST_TEST(format_duration(999'500ns) == "1.00 ms");
  BOOST_TEST(format_duration(1'500s) == "1500 s");
}

BOOST_AUTO_TEST_CASE(bytes_and_counts_are_written_for_people) {
  BOOST_TEST(format_size(812) == "812 B");
  BOOST_TEST(format_size(1'237'000) == "1.18 MiB");
  BOOST_TEST(format_count(0) == "0");
  BOOST_TEST(format_count(999) == "999");
  BOOST_TEST(format_count(1'000) == "1,000");
  BOOST_TEST(format_count(1'234'567) == "1,234,567");
  BOOST_TEST(format_bytes(1) == "1 byte");
  BOOST_TEST(format_bytes(2'048) == "2,048 bytes");
}
