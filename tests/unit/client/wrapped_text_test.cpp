#include "wrapped_text.hpp"

#include <boost/test/unit_test.hpp>

using namespace echopool::client;

BOOST_AUTO_TEST_CASE(no_line_is_longer_than_the_width) {
  BOOST_TEST(wrapped("aa bb cc dd", 5) == "aa bb\ncc dd");
  BOOST_TEST(wrapped("aa bb cc", 6, 1) == " aa bb\n cc");
  BOOST_TEST(wrapped("one\n\ntwo", 20, 2) == "  one\n\n  two");
}

BOOST_AUTO_TEST_CASE(a_word_that_does_not_fit_stands_alone) {
  BOOST_TEST(wrapped("a unbreakable b", 5) == "a\nunbreakable\nb");
}

BOOST_AUTO_TEST_CASE(text_stands_beside_a_short_head_and_below_a_long_one) {
  BOOST_TEST(beside("-c", "count them", 12, 4) == "-c  count\n    them");
  BOOST_TEST(beside("--count", "them", 12, 4) == "--count\n    them");
}
