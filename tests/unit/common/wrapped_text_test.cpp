#include "wrapped_text.hpp"

#include <boost/test/unit_test.hpp>

using namespace echopool;

BOOST_AUTO_TEST_CASE(a_line_breaks_before_the_word_that_would_pass_the_width) {
  BOOST_TEST(wrapped("one two three", 7, "") == "one two\nthree");
  BOOST_TEST(wrapped("one two three", 6, "") == "one\ntwo\nthree");
  BOOST_TEST(wrapped("one two three", 13, "") == "one two three");
}

BOOST_AUTO_TEST_CASE(further_lines_begin_with_the_margin) {
  BOOST_TEST(wrapped("one two three", 9, "# ") == "one two\n# three");
}

BOOST_AUTO_TEST_CASE(a_word_longer_than_the_width_stands_alone) {
  BOOST_TEST(wrapped("a extraordinary b", 5, "") == "a\nextraordinary\nb");
}

BOOST_AUTO_TEST_CASE(nothing_stays_nothing) { BOOST_TEST(wrapped("", 5, "# ") == ""); }

BOOST_AUTO_TEST_CASE(text_stands_beside_its_head_or_below_a_long_one) {
  BOOST_TEST(beside("-c", "one two three", 12, 4) == "-c  one two\n    three");
  BOOST_TEST(beside("--config", "one two three", 20, 4) == "--config\n    one two three");
}
