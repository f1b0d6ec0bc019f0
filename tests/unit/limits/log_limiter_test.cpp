#include "limits/log_limiter.hpp"

#include <boost/test/unit_test.hpp>

using namespace echopool;
using namespace std::chrono_literals;

namespace {

const LogLimiter::Time start{1h};

}  // namespace

BOOST_AUTO_TEST_CASE(the_first_event_is_reported_at_once_and_alone) {
  LogLimiter limiter;
  BOOST_TEST(!limiter.due().has_value());
  BOOST_TEST(limiter.note(start) == 1U);
  BOOST_TEST(!limiter.due().has_value());
}

BOOST_AUTO_TEST_CASE(those_within_a_second_are_reported_together) {
  LogLimiter limiter;
  static_cast<void>(limiter.note(start));
  BOOST_TEST(limiter.note(start + 1ms) == 0U);
  BOOST_TEST(limiter.note(start + 999ms) == 0U);
  BOOST_TEST((limiter.due() == start + 1s));
  BOOST_TEST(limiter.note(start + 1s) == 3U);
  BOOST_TEST(limiter.note(start + 1500ms) == 0U);
  BOOST_TEST(limiter.take(start + 2s) == 1U);
  BOOST_TEST(limiter.take(start + 2s) == 0U);
}

BOOST_AUTO_TEST_CASE(after_a_pause_the_next_one_is_reported_at_once_again) {
  LogLimiter limiter;
  static_cast<void>(limiter.note(start));
  BOOST_TEST(limiter.note(start + 5s) == 1U);
}
