#include "measure/rate_schedule.hpp"

#include "printing.hpp"

#include <boost/test/unit_test.hpp>

using namespace echopool::client;
using namespace std::chrono_literals;

BOOST_AUTO_TEST_CASE(every_request_of_the_schedule_belongs_to_one_part_and_is_due_at_its_own_moment) {
  constexpr std::size_t connections = 7;
  constexpr double rate = 1000;
  std::vector<int> seen(1000);
  for (const auto& [first, last] : std::vector<std::pair<std::size_t, std::size_t>>{{0, 3}, {3, 4}, {4, 7}}) {
    RateSchedule part{5s, rate, connections, first, last};
    while (part.index() < seen.size()) {
      BOOST_TEST(part.connection() == part.index() % connections);
      BOOST_TEST((part.connection() >= first && part.connection() < last));
      BOOST_TEST(part.due() == 5s + part.index() * 1ms);
      ++seen[part.index()];
      part.advance();
    }
  }
  for (const int count : seen) BOOST_TEST(count == 1);
}

BOOST_AUTO_TEST_CASE(the_moments_do_not_drift) {
  RateSchedule schedule{0s, 3, 1, 0, 1};
  for (int i = 0; i < 3'000'000; ++i) schedule.advance();
  BOOST_TEST(schedule.due() == 1'000'000s);
}

BOOST_AUTO_TEST_CASE(the_interval_is_that_of_one_connection) {
  BOOST_TEST((RateSchedule{0s, 1000, 8, 0, 4}.interval() == 8ms));
}
