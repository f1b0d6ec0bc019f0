#include "dispatch/park/timing_wheel.hpp"

#include "printing.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <random>

using namespace echopool;
using std::chrono::milliseconds;

namespace {

const TimePoint start{std::chrono::hours{1}};
TimePoint at(int ms) { return start + milliseconds{ms}; }

using Ids = std::vector<TimingWheel::Id>;

}  // namespace

BOOST_AUTO_TEST_CASE(nothing_comes_before_its_time_and_everything_within_a_tick_after) {
  TimingWheel wheel{milliseconds{10}, 16, start};
  wheel.insert(1, at(25));
  BOOST_TEST(wheel.advance(at(24)).empty());
  BOOST_TEST(wheel.advance(at(29)).empty());
  BOOST_TEST(wheel.advance(at(30)) == Ids{1});
  BOOST_TEST(wheel.advance(at(500)).empty());
}

BOOST_AUTO_TEST_CASE(what_is_due_beyond_the_reach_of_the_wheel_goes_round_again) {
  TimingWheel wheel{milliseconds{10}, 4, start};
  wheel.insert(7, at(1000));
  for (int now = 0; now < 1000; now += 10) BOOST_TEST(wheel.advance(at(now)).empty());
  BOOST_TEST(wheel.advance(at(1000)) == Ids{7});
}

BOOST_AUTO_TEST_CASE(a_long_sleep_misses_nothing) {
  TimingWheel wheel{milliseconds{10}, 4, start};
  for (TimingWheel::Id id = 0; id < 20; ++id) wheel.insert(id, at(static_cast<int>(id) * 13));
  auto due = wheel.advance(at(100'000));
  std::sort(due.begin(), due.end());
  BOOST_TEST(due.size() == 20U);
  BOOST_TEST(due.front() == 0U);
  BOOST_TEST(due.back() == 19U);
}

BOOST_AUTO_TEST_CASE(what_is_overdue_when_inserted_comes_with_the_next_tick) {
  TimingWheel wheel{milliseconds{10}, 16, start};
  BOOST_TEST(wheel.advance(at(100)).empty());
  wheel.insert(1, at(5));
  BOOST_TEST(wheel.advance(at(110)) == Ids{1});
}

BOOST_AUTO_TEST_CASE(next_is_never_late_and_an_empty_wheel_has_none) {
  TimingWheel wheel{milliseconds{10}, 8, start};
  BOOST_TEST(!wheel.next().has_value());
  wheel.insert(1, at(35));
  BOOST_TEST(wheel.next() == at(40));
  BOOST_TEST(wheel.advance(at(40)) == Ids{1});
  BOOST_TEST(!wheel.next().has_value());
}

BOOST_AUTO_TEST_CASE(waking_up_at_next_finds_everything_in_time) {
  std::minstd_rand random{7};
  TimingWheel wheel{milliseconds{10}, 32, start};
  std::vector<int> due(500);
  for (std::size_t id = 0; id < due.size(); ++id) {
    due[id] = static_cast<int>(random() % 5'000);
    wheel.insert(static_cast<TimingWheel::Id>(id), at(due[id]));
  }
  std::size_t found = 0;
  TimePoint now = start;
  for (int wakes = 0; wheel.next() && wakes < 10'000; ++wakes) {
    now = *wheel.next();
    for (const auto id : wheel.advance(now)) {
      ++found;
      BOOST_TEST(now >= at(due[id]));
      BOOST_TEST(now < at(due[id] + 10));
    }
  }
  BOOST_TEST(found == due.size());
}
