#include "dispatch/park/blocking_sense.hpp"

#include <boost/test/unit_test.hpp>

#include <thread>

using namespace echopool;

namespace {

/// Returns a chosen number of sleeps, and counts how often it is asked.
class Sleeps : public SystemCalls {
 public:
  long slept = 0;
  int asked = 0;
  long thread_sleeps() noexcept override {
    ++asked;
    return slept;
  }
};

void turn(BlockingSense& sense, Sleeps& calls, bool sleeps) {
  sense.begin(calls);
  if (sleeps) ++calls.slept;
  sense.end(calls);
}

}  // namespace

BOOST_AUTO_TEST_CASE(the_first_turn_that_sleeps_is_noticed) {
  BlockingSense sense{true};
  Sleeps calls;
  BOOST_TEST(!sense.blocks());
  turn(sense, calls, true);
  BOOST_TEST(sense.blocks());
}

BOOST_AUTO_TEST_CASE(turns_that_have_become_slow_are_noticed_by_a_sample) {
  BlockingSense sense{true};
  Sleeps calls;
  for (int i = 0; i < 1000; ++i) turn(sense, calls, false);
  int turns = 0;
  for (; !sense.blocks() && turns < 1000; ++turns) turn(sense, calls, true);
  BOOST_TEST(turns <= BlockingSense::batches_between_samples + 1);
}

BOOST_AUTO_TEST_CASE(after_a_doubt_the_next_turn_that_sleeps_is_noticed) {
  BlockingSense sense{true};
  Sleeps calls;
  for (int i = 0; i < 10; ++i) turn(sense, calls, false);
  sense.doubt();
  turn(sense, calls, true);
  BOOST_TEST(sense.blocks());
}

BOOST_AUTO_TEST_CASE(quick_turns_are_hardly_ever_asked_about) {
  BlockingSense sense{true};
  Sleeps calls;
  const int samples = 100;
  for (int i = 0; i < samples * (BlockingSense::batches_between_samples + 1); ++i) turn(sense, calls, false);
  BOOST_TEST(calls.asked == 2 * samples);
}

BOOST_AUTO_TEST_CASE(a_worker_whose_turns_sleep_now_and_then_is_not_trusted_again) {
  BlockingSense sense{true};
  Sleeps calls;
  turn(sense, calls, true);
  for (int i = 1; i < 1000; ++i) {
    turn(sense, calls, i % BlockingSense::batches_to_trust == 0);
    BOOST_TEST(sense.blocks());
  }
}

BOOST_AUTO_TEST_CASE(a_worker_whose_turns_no_longer_sleep_is_trusted_again) {
  BlockingSense sense{true};
  Sleeps calls;
  turn(sense, calls, true);
  for (int i = 0; i < BlockingSense::batches_to_trust; ++i) turn(sense, calls, false);
  BOOST_TEST(!sense.blocks());
}

BOOST_AUTO_TEST_CASE(sleep_between_turns_is_no_turn_s_sleep) {
  BlockingSense sense{true};
  Sleeps calls;
  for (int i = 0; i < 1000; ++i) {
    ++calls.slept;
    turn(sense, calls, false);
    BOOST_TEST(!sense.blocks());
  }
}

BOOST_AUTO_TEST_CASE(where_it_is_not_needed_the_kernel_is_not_asked) {
  BlockingSense sense{false};
  Sleeps calls;
  for (int i = 0; i < 1000; ++i) turn(sense, calls, true);
  BOOST_TEST(calls.asked == 0);
  BOOST_TEST(!sense.blocks());
}

BOOST_AUTO_TEST_CASE(the_kernel_counts_a_thread_s_own_sleeps) {
  SystemCalls& calls = SystemCalls::real();
  long before = 0;
  long after = 0;
  std::thread{[&] {
    before = calls.thread_sleeps();
    std::this_thread::sleep_for(std::chrono::milliseconds{1});
    after = calls.thread_sleeps();
  }}.join();
  BOOST_TEST(after > before);
}
