#include "measure/format.hpp"

#include "printing.hpp"

#include <boost/test/unit_test.hpp>

using namespace echopool::client;
using namespace std::chrono_literals;

BOOST_AUTO_TEST_CASE(a_duration_is_read_with_its_units_and_seconds_without) {
  BOOST_TEST(parse_duration("250us") == 250us);
  BOOST_TEST(parse_duration("10ms") == 10ms);
  BOOST_TEST(parse_duration("1m30s") == 90s);
  BOOST_TEST(parse_duration("1h0.5s") == 1h + 500ms);
  BOOST_TEST(parse_duration("0.2") == 200ms);
  BOOST_TEST(parse_duration("5") == 5s);
  BOOST_TEST(parse_duration("0") == 0s);
}

BOOST_AUTO_TEST_CASE(what_is_no_duration_is_refused) {
  for (const char* text :
       {"", "s", "-1", "+1", "1x", "1.2.3", "5 s", "1m30", "1e3", "0x10", "nan", "inf", "99999999999h"}) {
    BOOST_TEST_CONTEXT(text) { BOOST_TEST(!parse_duration(text).has_value()); }
  }
}

BOOST_AUTO_TEST_CASE(a_size_counts_in_1024s_and_a_rate_in_1000s) {
  BOOST_TEST(parse_size("512") == 512U);
  BOOST_TEST(parse_size("64K") == 65'536U);
  BOOST_TEST(parse_size("64KiB") == 65'536U);
  BOOST_TEST(parse_size("1.5M") == 1'572'864U);
  BOOST_TEST(parse_size("2g") == 2'147'483'648U);
  BOOST_TEST(parse_rate("5k") == 5'000.0);
  BOOST_TEST(parse_rate("1.5M") == 1'500'000.0);
  BOOST_TEST(parse_rate("200/s") == 200.0);
  for (const char* text : {"", "K", "-1", "1T", "1 K", "0x10", "9000000000G"})
    BOOST_TEST(!parse_size(text).has_value());
  for (const char* text : {"", "k", "-5", "5kk"}) BOOST_TEST(!parse_rate(text).has_value());
}

BOOST_AUTO_TEST_CASE(a_count_is_digits_and_nothing_else) {
  BOOST_TEST(parse_count("0") == 0U);
  BOOST_TEST(parse_count("18446744073709551615") == UINT64_MAX);
  for (const char* text : {"", "-1", "+1", "1.0", "1k", " 1", "18446744073709551616"})
    BOOST_TEST(!parse_count(text).has_value());
}

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
