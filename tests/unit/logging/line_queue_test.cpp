#include "logging/line_queue.hpp"

#include <boost/test/unit_test.hpp>

#include <thread>
#include <vector>

using namespace echopool;

namespace {

QueuedLine line(std::string text, LogLevel level = LogLevel::info) { return {level, {}, std::move(text)}; }

}  // namespace

BOOST_AUTO_TEST_CASE(lines_come_out_in_the_order_they_went_in_and_the_rest_after_closing) {
  LineQueue queue{8};
  for (const char* text : {"a", "b", "c"}) BOOST_TEST(queue.push(line(text)));
  BOOST_TEST(queue.pop()->text == "a");
  queue.close();
  BOOST_TEST(!queue.push(line("late")));
  BOOST_TEST(queue.pop()->text == "b");
  BOOST_TEST(queue.pop()->text == "c");
  BOOST_TEST(!queue.pop().has_value());
}

BOOST_AUTO_TEST_CASE(a_full_queue_takes_nothing_and_does_not_wait) {
  LineQueue queue{2};
  BOOST_TEST(queue.push(line("a")));
  BOOST_TEST(queue.push(line("b")));
  BOOST_TEST(!queue.push(line("c")));
  BOOST_TEST(queue.pop()->text == "a");
  BOOST_TEST(queue.push(line("d")));
}

BOOST_AUTO_TEST_CASE(a_line_that_comes_during_a_nap_comes_out_after_it) {
  LineQueue queue{8};
  BOOST_TEST(queue.push(line("first")));
  std::vector<std::string> popped;
  std::thread sink{[&] {
    while (const auto next = queue.pop()) popped.push_back(next->text);
  }};
  for (const LogLevel level : {LogLevel::info, LogLevel::error, LogLevel::debug})
    for (int i = 0; i < 20; ++i) {
      std::this_thread::sleep_for(std::chrono::milliseconds{i % 8});  // before, in and after naps
      BOOST_TEST(queue.push(line("another", level)));
    }
  queue.close();
  sink.join();
  BOOST_TEST(popped.size() == 61U);
}

BOOST_AUTO_TEST_CASE(closing_ends_a_nap) {
  LineQueue queue{8};
  BOOST_TEST(queue.push(line("only")));
  std::thread sink{[&] {
    while (queue.pop()) continue;
  }};
  queue.close();
  sink.join();
}
