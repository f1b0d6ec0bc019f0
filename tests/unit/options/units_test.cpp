#include "options/units.hpp"

#include "printing.hpp"

#include <boost/test/unit_test.hpp>

#include <functional>

using namespace echopool;

namespace {

std::string complaint(const std::function<void()>& read) {
  try {
    read();
  } catch (const std::invalid_argument& error) {
    return error.what();
  }
  return "accepted";
}

Milliseconds duration(std::string_view text) { return to_duration(text, 1ms, 24h); }
std::string wrong_duration(std::string_view text) {
  return complaint([text] { static_cast<void>(duration(text)); });
}
std::string wrong_size(std::string_view text) {
  return complaint([text] { static_cast<void>(to_size(text, 1_KiB, 1_MiB)); });
}
std::string wrong_count(std::string_view text) {
  return complaint([text] { static_cast<void>(to_count<std::uint16_t>(text, 1, 65535)); });
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_duration_has_a_unit_and_whole_milliseconds) {
  BOOST_TEST(duration("250ms") == 250ms);
  BOOST_TEST(duration("30s") == 30s);
  BOOST_TEST(duration("5m") == 5min);
  BOOST_TEST(duration("24h") == 24h);
  BOOST_TEST(duration("1m30s") == 90s);
  BOOST_TEST(duration("1.5s") == 1'500ms);
}

BOOST_AUTO_TEST_CASE(a_wrong_duration_is_answered_with_the_range) {
  const std::string range = "must be a duration from 1ms to 24h";
  for (const char* text : {"", "s", "-1s", "+1s", " 1s", "1 s", "1.5ms", "1us", "1500001ns", "0x10s", "1d", "1S", "0ms",
                           "25h", "1s1", "off", "99999999999999999999s", "18446744073709551615h"})
    BOOST_TEST(wrong_duration(text) == range);
  BOOST_TEST(wrong_duration("30") == range + " with its unit (ms, s, m or h), such as 30s");
}

BOOST_AUTO_TEST_CASE(both_ends_of_a_range_belong_to_it_and_nothing_beyond) {
  const auto ms = [](const char* text) { return complaint([&] { static_cast<void>(to_duration(text, 10ms, 20ms)); }); };
  const auto size = [](const char* text) { return complaint([&] { static_cast<void>(to_size(text, 10_B, 20_B)); }); };
  const auto number = [](const char* text) { return complaint([&] { static_cast<void>(to_number(text, 10, 20)); }); };
  for (const char* good : {"10", "20"}) {
    BOOST_TEST(ms((std::string{good} + "ms").c_str()) == "accepted");
    BOOST_TEST(size(good) == "accepted");
    BOOST_TEST(number(good) == "accepted");
  }
  for (const char* wrong : {"9", "21"}) {
    BOOST_TEST(ms((std::string{wrong} + "ms").c_str()) != "accepted");
    BOOST_TEST(size(wrong) != "accepted");
    BOOST_TEST(number(wrong) != "accepted");
  }
}

BOOST_AUTO_TEST_CASE(off_is_a_timeout_without_a_limit) {
  BOOST_TEST(!to_timeout("off", 1ms, 1h).has_value());
  BOOST_TEST(to_timeout("1s", 1ms, 1h) == Timeout{1s});
  BOOST_TEST(complaint([] { static_cast<void>(to_timeout("never", 1ms, 1h)); }) ==
             "must be a duration from 1ms to 1h, or off");
}

BOOST_AUTO_TEST_CASE(sizes_count_in_powers_of_1024) {
  BOOST_TEST(to_size("1024", 1_KiB, 1_MiB).bytes() == 1024U);
  BOOST_TEST(to_size("64K", 1_KiB, 1_MiB).bytes() == 65536U);
  BOOST_TEST(to_size("1M", 1_KiB, 1_MiB).bytes() == 1048576U);
  BOOST_TEST(to_size("2G", 1_KiB, ByteSize{1ULL << 40}).bytes() == 2147483648U);
  for (const char* text : {"", "K", "1023", "2M", "-1", "1KB", "1 K", "1.5M", "17179869184G"})
    BOOST_TEST(wrong_size(text) == "must be a size from 1K to 1M in bytes, K, M or G");
}

BOOST_AUTO_TEST_CASE(a_count_never_wraps_around) {
  BOOST_TEST(to_count<std::uint16_t>("65535", 1, 65535) == 65535);
  BOOST_TEST(to_count<int>("010", 1, 100) == 10);
  for (const char* text : {"", "0", "65536", "-1", "4294967297", "18446744073709551616", "0x10", "1e3", "1,000", "nan"})
    BOOST_TEST(wrong_count(text) == "must be a whole number from 1 to 65535");
}

BOOST_AUTO_TEST_CASE(a_limit_is_a_count_or_off) {
  BOOST_TEST(!to_limit<std::uint32_t>("off", 10).has_value());
  BOOST_TEST(to_limit<std::uint32_t>("10", 10) == std::optional<std::uint32_t>{10});
  BOOST_TEST(complaint([] { static_cast<void>(to_limit<std::uint32_t>("11", 10)); }) ==
             "must be a whole number from 1 to 10, or off");
}

BOOST_AUTO_TEST_CASE(a_switch_is_on_or_off_and_nothing_else) {
  BOOST_TEST(to_switch("on"));
  BOOST_TEST(!to_switch("off"));
  for (const char* text : {"", "true", "1", "yes", "ON"})
    BOOST_TEST(complaint([text] { static_cast<void>(to_switch(text)); }) == "must be on or off");
}

BOOST_AUTO_TEST_CASE(a_list_is_split_at_commas) {
  BOOST_TEST(to_list("").empty());
  BOOST_TEST(to_list("  ").empty());
  BOOST_TEST((to_list("a") == std::vector<std::string>{"a"}));
  BOOST_TEST((to_list(" a ,b,\tc d") == std::vector<std::string>{"a", "b", "c d"}));
  for (const char* text : {",", "a,", ",a", "a,,b"})
    BOOST_TEST(complaint([text] { static_cast<void>(to_list(text)); }) ==
               "must be a list with something on each side of every comma");
}

BOOST_AUTO_TEST_CASE(a_choice_that_is_nearly_right_is_recognised) {
  const auto choose = [](std::string_view text) { return to_choice<int>(text, {{"park", 1}, {"hold", 2}}); };
  BOOST_TEST(choose("hold") == 2);
  BOOST_TEST(complaint([&] { static_cast<void>(choose("prak")); }) ==
             "must be one of park, hold; did you mean 'park'?");
  BOOST_TEST(complaint([&] { static_cast<void>(choose("")); }) == "must be one of park, hold");
}
