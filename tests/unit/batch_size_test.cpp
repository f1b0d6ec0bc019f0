#include "batch_size.hpp"

#include <boost/test/unit_test.hpp>

using namespace echopool;
using namespace std::chrono_literals;

BOOST_AUTO_TEST_CASE(slow_handlers_take_their_connections_one_by_one) {
  BatchSize size;
  for (int i = 0; i < 4; ++i) size.took(1ms * size.next());
  BOOST_TEST(size.next() == 1U);
  size.took(1ms);
  BOOST_TEST(size.next() == 1U);
}

BOOST_AUTO_TEST_CASE(quick_handlers_take_many) {
  BatchSize size;
  for (int i = 0; i < 8; ++i) size.took(10ms);
  for (int i = 0; i < 8; ++i) size.took(5us * size.next());
  BOOST_TEST(size.next() == BatchSize::most);
}

BOOST_AUTO_TEST_CASE(a_batch_that_takes_about_what_it_may_stays_as_it_is) {
  BatchSize size;
  size.took(1ms);
  const std::size_t before = size.next();
  for (int i = 0; i < 8; ++i) size.took(BatchSize::worth);
  BOOST_TEST(size.next() == before);
}

BOOST_AUTO_TEST_CASE(one_connection_teaches_only_who_takes_one_at_a_time) {
  BatchSize size;
  BOOST_TEST(!size.learns_from(1));
  BOOST_TEST(size.learns_from(2));
  for (int i = 0; i < 8; ++i) size.took(10ms);
  BOOST_TEST(size.learns_from(1));
  size.took(5us);
  BOOST_TEST(size.next() == 2U);
}
