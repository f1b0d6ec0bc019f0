#include "load/silence.hpp"

#include "printing.hpp"

#include <boost/test/unit_test.hpp>

using namespace echopool::client;
using namespace std::chrono_literals;

BOOST_AUTO_TEST_CASE(a_silence_begins_with_the_last_answer_or_the_first_request_after_it) {
  Silence silence;
  silence.answered(10s);
  silence.waits(9s, 11s);
  silence.waits(9s, 12s);
  BOOST_TEST(silence.longest().from == Nanoseconds{10s});
  BOOST_TEST(silence.longest().to == Nanoseconds{12s});
  silence.answered(13s);
  silence.waits(20s, 25s);  // nobody waited from 13 to 20
  BOOST_TEST(silence.longest().from == Nanoseconds{20s});
  BOOST_TEST(silence.longest().length() == Nanoseconds{5s});
}

BOOST_AUTO_TEST_CASE(an_answer_to_any_worker_ends_it_and_requests_given_up_do_not) {
  Silence silence;
  silence.waits(1s, 2s);
  silence.answered(2s);  // another worker's
  silence.waits(1s, 3s);
  BOOST_TEST(silence.longest().length() == Nanoseconds{1s});
  silence.waits(3s, 4s);  // the oldest was given up; a younger one waits
  silence.answered(2s);   // and the other worker has had none since
  silence.waits(4s, 5s);
  BOOST_TEST(silence.longest().from == Nanoseconds{2s});
  BOOST_TEST(silence.longest().to == Nanoseconds{5s});
}
