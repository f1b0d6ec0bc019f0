#include "measure/jitter.hpp"

#include "printing.hpp"

#include <boost/test/unit_test.hpp>

using namespace echopool::client;
using namespace std::chrono_literals;

BOOST_AUTO_TEST_CASE(one_message_has_no_jitter_and_equal_ones_have_none) {
  Jitter jitter;
  BOOST_TEST(!jitter.figure().has_value());
  jitter.record(5ms);
  BOOST_TEST(!jitter.figure().has_value());
  jitter.record(5ms);
  BOOST_TEST(jitter.figure().value() == Nanoseconds{0});
}

BOOST_AUTO_TEST_CASE(it_follows_the_formula_of_rfc_3550_and_comes_to_the_difference) {
  Jitter jitter;
  jitter.record(0ms);
  jitter.record(16ms);
  BOOST_TEST(jitter.figure().value() == Nanoseconds{1ms});
  jitter.record(0ms);
  BOOST_TEST(jitter.figure().value() == Nanoseconds{1'937'500});  // 1 + (16 - 1) / 16
  for (int i = 0; i < 1000; ++i) jitter.record(i % 2 == 0 ? 16ms : 0ms);
  BOOST_TEST(std::abs((jitter.figure().value() - Nanoseconds{16ms}).count()) < 1000);
}
