#include "dispatch/bounded_queue.hpp"

#include "eventually.hpp"

#include <boost/test/unit_test.hpp>

#include <atomic>
#include <numeric>
#include <thread>

using namespace echopool;
using echopool::test::eventually;

namespace {

bool push(BoundedQueue<int>& queue, int value) {
  bool waits = false;
  return queue.try_push(value, waits);
}

}  // namespace

BOOST_AUTO_TEST_CASE(items_leave_in_the_order_they_came) {
  BoundedQueue<int> queue{3};
  for (int i = 1; i <= 3; ++i) BOOST_TEST(push(queue, i));
  BOOST_TEST(!push(queue, 4));
  for (int i = 1; i <= 3; ++i) BOOST_TEST(queue.pop().value() == i);
}

BOOST_AUTO_TEST_CASE(an_item_that_finds_no_consumer_is_said_to_wait) {
  BoundedQueue<int> queue{3};
  int item = 1;
  bool waits = false;
  BOOST_TEST(queue.try_push(item, waits));
  BOOST_TEST(waits);
}

BOOST_AUTO_TEST_CASE(a_queue_of_none_hands_over_to_a_waiting_consumer) {
  BoundedQueue<int> queue{0};
  BOOST_TEST(!push(queue, 1));
  std::atomic<int> got{0};
  std::thread consumer{[&] { got = queue.pop().value_or(-1); }};
  BOOST_TEST(queue.wait_for_room());
  BOOST_TEST(push(queue, 7));
  consumer.join();
  BOOST_TEST(got == 7);
}

BOOST_AUTO_TEST_CASE(the_producer_is_woken_when_there_is_room) {
  BoundedQueue<int> queue{1};
  BOOST_TEST(push(queue, 1));
  std::atomic<bool> room{false};
  std::thread producer{[&] { room = queue.wait_for_room(); }};
  BOOST_TEST(queue.pop().value() == 1);
  producer.join();
  BOOST_TEST(room);
}

BOOST_AUTO_TEST_CASE(closing_wakes_every_waiting_thread_and_keeps_what_is_there) {
  BoundedQueue<int> queue{1};
  BOOST_TEST(push(queue, 1));
  std::atomic<int> ended{0};
  std::thread producer{[&] { ended += queue.wait_for_room() ? 0 : 1; }};
  queue.close();
  producer.join();
  BOOST_TEST(ended == 1);
  BOOST_TEST(!push(queue, 2));
  BOOST_TEST(queue.pop().value() == 1);
  BOOST_TEST(!queue.pop().has_value());
}

BOOST_AUTO_TEST_CASE(the_rest_can_be_taken_out) {
  BoundedQueue<int> queue{3};
  for (int i = 1; i <= 3; ++i) BOOST_TEST(push(queue, i));
  BOOST_TEST(queue.peek_front([](int item) { return item * 10; }).value() == 10);
  BOOST_TEST(!queue.pop_front_if([](int item) { return item == 2; }).has_value());
  BOOST_TEST(queue.pop_front_if([](int item) { return item == 1; }).value() == 1);
  BOOST_TEST(queue.take_rest().size() == 2U);
  BOOST_TEST(!queue.peek_front([](int) { return true; }).has_value());
}

BOOST_AUTO_TEST_CASE(many_consumers_get_every_item_exactly_once) {
  BoundedQueue<int> queue{4};
  constexpr int items = 20'000;
  std::atomic<long> sum{0};
  std::atomic<int> count{0};
  std::vector<std::thread> consumers;
  for (int i = 0; i < 4; ++i)
    consumers.emplace_back([&] {
      while (const auto item = queue.pop()) {
        sum += *item;
        ++count;
      }
    });
  for (int i = 1; i <= items; ++i) {
    if (!queue.wait_for_room() || !push(queue, i)) break;
  }
  queue.close();
  for (auto& consumer : consumers) consumer.join();
  BOOST_TEST(count == items);
  BOOST_TEST(sum == long{items} * (items + 1) / 2);
}
