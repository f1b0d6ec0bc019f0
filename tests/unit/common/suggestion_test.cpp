#include "suggestion.hpp"

#include <boost/test/unit_test.hpp>

using namespace echopool;

namespace {

const std::vector<std::string_view> keys{"workers", "queue", "queue_timeout", "idle", "stack_size"};

std::string suggested(std::string_view word) { return std::string{nearest(word, keys).value_or("nothing")}; }

}  // namespace

BOOST_AUTO_TEST_CASE(one_wrong_missing_added_or_swapped_letter_is_forgiven) {
  BOOST_TEST(suggested("worker") == "workers");
  BOOST_TEST(suggested("workersx") == "workers");
  BOOST_TEST(suggested("wurkers") == "workers");
  BOOST_TEST(suggested("wrokers") == "workers");
  BOOST_TEST(suggested("queu") == "queue");
}

BOOST_AUTO_TEST_CASE(case_and_dashes_play_no_part) {
  BOOST_TEST(suggested("Workers") == "workers");
  BOOST_TEST(suggested("STACK-SIZE") == "stack_size");
}

BOOST_AUTO_TEST_CASE(the_nearest_of_several_wins) {
  BOOST_TEST(suggested("queue_timeot") == "queue_timeout");
  BOOST_TEST(suggested("queues") == "queue");
}

BOOST_AUTO_TEST_CASE(what_is_far_from_everything_gets_no_suggestion) {
  BOOST_TEST(suggested("threads") == "nothing");
  BOOST_TEST(suggested("") == "nothing");
  BOOST_TEST(suggested("i") == "nothing");
  BOOST_TEST(suggested(std::string(100'000, 'w')) == "nothing");
  BOOST_TEST(!nearest("idle", {}).has_value());
}

BOOST_AUTO_TEST_CASE(the_question_is_ready_to_be_appended) {
  BOOST_TEST(did_you_mean("worker", keys) == "; did you mean 'workers'?");
  BOOST_TEST(did_you_mean("threads", keys) == "");
}
