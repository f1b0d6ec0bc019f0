#include "dispatch/park/lone_talker.hpp"

#include <boost/test/unit_test.hpp>

using namespace echopool;
using namespace std::chrono_literals;

namespace {

/// How many of `messages`, `pause` apart, it takes to recognise a connection that talks alone; 0 if it is not.
int messages_until_known(LoneTalker& alone, std::chrono::milliseconds pause, int messages = 20) {
  TimePoint now{1h};
  for (int i = 1; i <= messages; ++i) {
    if (alone.is_it(7, now)) return i;
    now += pause;
  }
  return 0;
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_connection_that_talks_quickly_and_alone_is_known_after_some_messages) {
  LoneTalker alone;
  BOOST_TEST(messages_until_known(alone, 1ms) == LoneTalker::messages_to_know);
}

BOOST_AUTO_TEST_CASE(a_connection_that_talks_slowly_is_no_lone_talker) {
  LoneTalker alone;
  BOOST_TEST(messages_until_known(alone, LoneTalker::quick + 1ms) == 0);
}

BOOST_AUTO_TEST_CASE(another_connection_in_between_starts_the_count_anew) {
  LoneTalker alone;
  const TimePoint now{1h};
  for (int i = 0; i < 20; ++i) {
    BOOST_TEST(!alone.is_it(7, now));
    BOOST_TEST(!alone.is_it(8, now));
  }
  BOOST_TEST(messages_until_known(alone, 0ms) == LoneTalker::messages_to_know);
}

BOOST_AUTO_TEST_CASE(several_at_once_start_the_count_anew) {
  LoneTalker alone;
  const TimePoint now{1h};
  for (int i = 0; i < 20; ++i) {
    BOOST_TEST(!alone.is_it(7, now));
    if (i % 3 == 2) alone.forget();
  }
}
