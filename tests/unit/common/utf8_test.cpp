#include "utf8.hpp"

#include <boost/test/unit_test.hpp>

using echopool::utf8_length;

BOOST_AUTO_TEST_CASE(a_well_formed_sequence_has_one_to_four_bytes) {
  BOOST_TEST(utf8_length("a") == 1U);
  BOOST_TEST(utf8_length("\x7f") == 1U);
  BOOST_TEST(utf8_length("\xc2\x80") == 2U);
  BOOST_TEST(utf8_length("\xdf\xbf and more") == 2U);
  BOOST_TEST(utf8_length("\xe0\xa0\x80") == 3U);
  BOOST_TEST(utf8_length("\xed\x9f\xbf") == 3U);
  BOOST_TEST(utf8_length("\xef\xbf\xbf") == 3U);
  BOOST_TEST(utf8_length("\xf0\x90\x80\x80") == 4U);
  BOOST_TEST(utf8_length("\xf4\x8f\xbf\xbf") == 4U);
}

BOOST_AUTO_TEST_CASE(everything_else_is_none) {
  for (const char* const wrong : {"", "\x80", "\xbf", "\xc0\x80", "\xc1\xbf", "\xc2",
                                  "\xc2"
                                  "a",
                                  "\xe0\x9f\xbf", "\xe1\x80", "\xed\xa0\x80", "\xf0\x8f\xbf\xbf", "\xf1\x80\x80",
                                  "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xff"})
    BOOST_TEST(utf8_length(wrong) == 0U, "length of a wrong sequence: " << utf8_length(wrong));
}
