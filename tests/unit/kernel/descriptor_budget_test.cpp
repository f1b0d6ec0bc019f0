#include "kernel/descriptor_budget.hpp"

#include <boost/test/unit_test.hpp>

#include <sys/resource.h>

using namespace echopool;

namespace {

/// Of this process, which is the test case's own.
void set_limits(rlim_t soft, rlim_t hard) {
  const rlimit limit{soft, hard};
  BOOST_REQUIRE(::setrlimit(RLIMIT_NOFILE, &limit) == 0);
}

rlim_t soft_limit() {
  rlimit limit{};
  BOOST_REQUIRE(::getrlimit(RLIMIT_NOFILE, &limit) == 0);
  return limit.rlim_cur;
}

}  // namespace

BOOST_AUTO_TEST_CASE(the_soft_limit_is_raised_as_far_as_the_connections_need) {
  set_limits(64, 512);
  BOOST_TEST(provide_descriptors(200) == 200U);
  BOOST_TEST(soft_limit() > 200U);
  BOOST_TEST(soft_limit() < 512U);
}

BOOST_AUTO_TEST_CASE(a_limit_that_is_high_enough_is_left_alone) {
  set_limits(512, 512);
  BOOST_TEST(provide_descriptors(100) == 100U);
  BOOST_TEST(soft_limit() == 512U);
}

BOOST_AUTO_TEST_CASE(beyond_the_hard_limit_it_returns_how_many_connections_fit) {
  set_limits(64, 256);
  const std::size_t fit = provide_descriptors(1'000);
  BOOST_TEST(soft_limit() == 256U);
  BOOST_TEST(fit > 128U);
  BOOST_TEST(fit < 256U);
  BOOST_TEST(provide_descriptors(fit) == fit);
}
