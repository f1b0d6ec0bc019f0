#include "signals.hpp"

#include "printing.hpp"

#include <boost/test/unit_test.hpp>

#include <pthread.h>

#include <atomic>
#include <thread>

using namespace echopool;
using namespace std::chrono_literals;

BOOST_AUTO_TEST_CASE(a_pending_signal_is_taken_at_once) {
  const SignalSet signals{SIGUSR1, SIGUSR2};
  signals.block();
  ::raise(SIGUSR2);
  BOOST_TEST(signals.wait(std::nullopt) == SIGUSR2);
  BOOST_TEST(!signals.wait(0ms).has_value());
}

BOOST_AUTO_TEST_CASE(the_limit_passes_without_a_signal) {
  const SignalSet signals{SIGUSR1};
  signals.block();
  const auto start = std::chrono::steady_clock::now();
  BOOST_TEST(!signals.wait(30ms).has_value());
  BOOST_TEST(std::chrono::steady_clock::now() - start >= 30ms);
}

BOOST_AUTO_TEST_CASE(a_limit_that_is_already_over_still_takes_what_is_pending) {
  const SignalSet signals{SIGUSR1};
  signals.block();
  ::raise(SIGUSR1);
  BOOST_TEST(signals.wait(-1ms) == SIGUSR1);
  BOOST_TEST(!signals.wait(-1ms).has_value());
}

BOOST_AUTO_TEST_CASE(another_thread_wakes_the_waiting_one) {
  const SignalSet signals{SIGUSR1};
  signals.block();
  const auto waiting = ::pthread_self();
  std::jthread waker{[waiting] { ::pthread_kill(waiting, SIGUSR1); }};
  BOOST_TEST(signals.wait(std::nullopt) == SIGUSR1);
}

BOOST_AUTO_TEST_CASE(a_signal_outside_the_set_does_not_end_the_wait) {
  static std::atomic<int> handled{0};  // another thread looks as well
  static_assert(std::atomic<int>::is_always_lock_free);
  struct sigaction action {};
  action.sa_handler = [](int) { handled = 1; };
  ::sigaction(SIGWINCH, &action, nullptr);
  const SignalSet signals{SIGUSR1};
  signals.block();
  const auto waiting = ::pthread_self();
  std::jthread other{[waiting] {
    ::pthread_kill(waiting, SIGWINCH);
    while (handled == 0) std::this_thread::yield();
    ::pthread_kill(waiting, SIGUSR1);
  }};
  BOOST_TEST(signals.wait(20s) == SIGUSR1);
  BOOST_TEST(handled == 1);
}

BOOST_AUTO_TEST_CASE(the_longest_limit_does_not_overflow) {
  const SignalSet signals{SIGUSR1};
  signals.block();
  ::raise(SIGUSR1);
  BOOST_TEST(signals.wait(std::chrono::milliseconds::max()) == SIGUSR1);
}
