#include "dispatch/park/batch_size.hpp"

#include <boost/test/unit_test.hpp>

using namespace echopool;
using namespace std::chrono_literals;

BOOST_AUTO_TEST_CASE(slow_handlers_take_their_connections_one_by_one_after_their_first_batch) {
  BatchSize size;
  size.took(size.next(), 1ms * size.next());
  BOOST_TEST(size.next() == 1U);
  size.took(1, 1ms);
  BOOST_TEST(size.next() == 1U);
}

BOOST_AUTO_TEST_CASE(quick_handlers_take_many) {
  BatchSize size;
  size.took(1, 10ms);
  for (int i = 0; i < 8; ++i) size.took(size.next(), 5us * size.next());
  BOOST_TEST(size.next() == BatchSize::most);
}

BOOST_AUTO_TEST_CASE(a_batch_becomes_as_large_as_what_it_may_take) {
  BatchSize size;
  size.took(64, 64 * 50us);
  BOOST_TEST(size.next() == 10U);
  size.took(10, 10 * 50us);
  BOOST_TEST(size.next() == 10U);
  size.took(3, 3 * 300us);  // fewer, but longer, than what was asked for
  BOOST_TEST(size.next() == 1U);
}

BOOST_AUTO_TEST_CASE(one_connection_is_informative_only_when_batches_are_of_one) {
  BatchSize size;
  BOOST_TEST(!size.learns_from(1));
  BOOST_TEST(size.learns_from(2));
  size.took(2, 10ms);
  BOOST_TEST(size.learns_from(1));
  size.took(1, 5us);
  BOOST_TEST(size.next() == 2U);
}
