#include "descriptor_limit.hpp"

#include <boost/test/unit_test.hpp>

#include <sys/resource.h>

using echopool::raise_descriptor_limit;

namespace {

rlimit limits() {
  rlimit limit{};
  BOOST_REQUIRE(::getrlimit(RLIMIT_NOFILE, &limit) == 0);
  return limit;
}

/// A soft limit below the hard one.
struct Room {
  Room() {
    rlimit limit = limits();
    limit.rlim_cur = 64;
    limit.rlim_max = 128;
    BOOST_REQUIRE(::setrlimit(RLIMIT_NOFILE, &limit) == 0);
  }
};

}  // namespace

BOOST_FIXTURE_TEST_CASE(it_is_raised_as_far_as_it_is_wanted, Room) {
  BOOST_TEST(raise_descriptor_limit(100) == 100U);
  BOOST_TEST(limits().rlim_cur == 100U);
}

BOOST_FIXTURE_TEST_CASE(it_is_raised_no_further_than_the_hard_limit, Room) {
  BOOST_TEST(raise_descriptor_limit(1000) == 128U);
  BOOST_TEST(limits().rlim_cur == 128U);
}

BOOST_FIXTURE_TEST_CASE(it_is_never_lowered, Room) {
  BOOST_TEST(raise_descriptor_limit(10) == 64U);
  BOOST_TEST(limits().rlim_cur == 64U);
}
