#include "suggestion.hpp"

#include <boost/test/unit_test.hpp>

using namespace echopool::client;

namespace {

std::string meant(std::string_view word) {
  return std::string{nearest(word, {"talk", "ping", "load", "deadlock", "check", "opts"}).value_or("nothing")};
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_slip_of_the_fingers_finds_the_word_that_was_meant) {
  BOOST_TEST(meant("tolk") == "talk");
  BOOST_TEST(meant("pign") == "ping");
  BOOST_TEST(meant("laod") == "load");
  BOOST_TEST(meant("dead") == "deadlock");
  BOOST_TEST(meant("chekc") == "check");
}

BOOST_AUTO_TEST_CASE(a_word_that_is_far_from_all_suggests_nothing) {
  BOOST_TEST(meant("localhost") == "nothing");
  BOOST_TEST(meant("x") == "nothing");
  BOOST_TEST(meant("") == "nothing");
}

BOOST_AUTO_TEST_CASE(choices_are_taken_apart_at_the_bars) {
  const auto choices = split_choices("text|json|csv");
  BOOST_REQUIRE(choices.size() == 3U);
  BOOST_TEST(choices[1] == "json");
}
