#include "quantity.hpp"

#include "printing.hpp"

#include <boost/test/unit_test.hpp>

using namespace echopool;
using namespace std::chrono_literals;

namespace {

std::optional<std::chrono::nanoseconds> duration(std::string_view text) {
  return parse_duration(text, NoUnit::is_seconds);
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_duration_is_read_with_its_units_and_seconds_without) {
  BOOST_TEST(duration("250us") == 250us);
  BOOST_TEST(duration("10ms") == 10ms);
  BOOST_TEST(duration("1m30s") == 90s);
  BOOST_TEST(duration("1h0.5s") == 1h + 500ms);
  BOOST_TEST(duration("0.2") == 200ms);
  BOOST_TEST(duration("5") == 5s);
  BOOST_TEST(duration("0") == 0s);
}

BOOST_AUTO_TEST_CASE(what_is_no_duration_is_refused) {
  for (const char* text :
       {"", "s", "-1", "+1", "1x", "1.2.3", "5 s", "1m30", "1e3", "0x10", "nan", "inf", "99999999999h"}) {
    BOOST_TEST_CONTEXT(text) { BOOST_TEST(!parse_duration(text, NoUnit::is_seconds).has_value()); }
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

BOOST_AUTO_TEST_CASE(a_unit_can_be_asked_for) {
  const auto strict = [](std::string_view text) { return parse_duration(text, NoUnit::is_refused); };
  BOOST_TEST(strict("1m30s") == 90s);
  BOOST_TEST(strict("1.5s") == 1'500ms);
  for (const char* text : {"30", "0.2", "0"}) BOOST_TEST(!strict(text).has_value());
}

BOOST_AUTO_TEST_CASE(whole_numbers_stay_exact_and_what_is_too_large_is_refused) {
  BOOST_TEST(duration("9223372036854775807ns") == std::chrono::nanoseconds::max());
  BOOST_TEST(!duration("9223372036854775808ns").has_value());
  BOOST_TEST(!duration("2562047h47m16.854775808s").has_value());
  BOOST_TEST(parse_size("9223372036854775807") == 9'223'372'036'854'775'807U);
  BOOST_TEST(!parse_size("9223372036854775808").has_value());
  BOOST_TEST(!parse_size("18014398509481984K").has_value());
}

BOOST_AUTO_TEST_CASE(what_is_written_exactly_reads_back) {
  for (const auto time : {1ms, 250ms, 90'000ms, 3'660'000ms, 3'600'000ms})
    BOOST_TEST(duration(exact_duration(time)) == time);
  BOOST_TEST(exact_duration(90s) == "90s");
  BOOST_TEST(exact_duration(60s) == "1m");
  BOOST_TEST(exact_duration(0s) == "0s");
  for (const std::uint64_t size : {1U, 1024U, 1025U, 65'536U}) BOOST_TEST(parse_size(exact_size(size)) == size);
  BOOST_TEST(exact_size(65'536) == "64K");
  BOOST_TEST(exact_size(0) == "0");
}
