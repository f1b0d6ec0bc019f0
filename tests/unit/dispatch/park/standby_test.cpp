#include "dispatch/park/standby.hpp"

#include "eventually.hpp"

#include <boost/test/unit_test.hpp>

#include <signal.h>

#include <atomic>
#include <deque>
#include <thread>
#include <vector>

using namespace echopool;
using namespace echopool::test;

namespace {

constexpr std::size_t many = 64;
constexpr bool will_sleep = true;

/// Workers that come to watch, each once.
class Workers {
 public:
  Workers(Standby& standby, int count) {
    for (int i = 0; i < count; ++i) {
      Standby::Duty& duty = duties_.emplace_back();
      threads_.emplace_back([this, &standby, &duty] {
        standby.watch(duty);
        ++watching;
      });
    }
  }
  ~Workers() {
    for (auto& thread : threads_) thread.join();
  }

  std::atomic<int> watching{0};

 private:
  std::deque<Standby::Duty> duties_;
  std::vector<std::thread> threads_;
};

}  // namespace

BOOST_AUTO_TEST_CASE(a_few_watch_and_each_that_leaves_the_set_unwatched_calls_one) {
  Standby standby{many, [] {}};
  Standby::Duty first;
  Standby::Duty second;
  standby.watch(first);
  standby.watch(second);
  Workers others{standby, 2};
  BOOST_TEST(eventually([&] { return standby.standing_by() == 2; }));
  standby.serve(first, false);
  BOOST_TEST(standby.standing_by() == 2);  // the other one watches still
  standby.serve(second, false);
  BOOST_TEST(eventually([&] { return others.watching == 1; }));
  BOOST_TEST(standby.standing_by() == 1);
  standby.release();
}

BOOST_AUTO_TEST_CASE(no_more_are_on_duty_than_there_are_processors) {
  Standby standby{1, [] {}};
  Standby::Duty mine;
  standby.watch(mine);
  Workers others{standby, 3};
  BOOST_TEST(eventually([&] { return standby.standing_by() == 3; }));
  BOOST_TEST(!standby.unwatched());
  BOOST_TEST(standby.limits(4));
  BOOST_TEST(!standby.limits(1));
  for (int turns = 0; turns < 1000; ++turns) {
    standby.serve(mine, false);
    BOOST_TEST(standby.unwatched());
    BOOST_TEST(standby.standing_by() == 3);
    standby.watch(mine);
  }
  BOOST_TEST(others.watching == 0);
  standby.release();
}

BOOST_AUTO_TEST_CASE(a_worker_that_will_sleep_has_its_place_taken_at_once) {
  Standby standby{1, [] {}};
  Standby::Duty mine;
  standby.watch(mine);
  Workers others{standby, 2};
  BOOST_TEST(eventually([&] { return standby.standing_by() == 2; }));
  standby.serve(mine, will_sleep);
  BOOST_TEST(eventually([&] { return others.watching == 1; }));
  BOOST_TEST(!standby.unwatched());
  standby.release();
}

BOOST_AUTO_TEST_CASE(an_excused_worker_has_its_place_taken_once) {
  Standby standby{1, [] {}};
  Standby::Duty mine;
  standby.watch(mine);
  Workers others{standby, 3};
  BOOST_TEST(eventually([&] { return standby.standing_by() == 3; }));
  standby.serve(mine, false);
  BOOST_TEST(!mine.excused());
  for (int times = 0; times < 3; ++times) standby.excuse(mine);
  BOOST_TEST(mine.excused());
  BOOST_TEST(eventually([&] { return others.watching == 1; }));
  BOOST_TEST(standby.standing_by() == 2);
  standby.release();
}

BOOST_AUTO_TEST_CASE(a_worker_that_comes_back_to_a_taken_place_stands_by) {
  Standby standby{1, [] {}};
  Standby::Duty first;
  Standby::Duty second;
  standby.watch(first);
  std::thread other{[&] { standby.watch(second); }};
  BOOST_TEST(eventually([&] { return standby.standing_by() == 1; }));
  standby.serve(first, will_sleep);
  other.join();  // the other watches
  std::thread back{[&] { standby.watch(first); }};
  BOOST_TEST(eventually([&] { return standby.standing_by() == 1; }));
  standby.serve(second, will_sleep);
  back.join();
}

BOOST_AUTO_TEST_CASE(the_callback_runs_when_no_worker_watches) {
  std::atomic<int> told{0};
  Standby standby{1, [&told] { ++told; }};
  Standby::Duty mine;
  standby.watch(mine);
  standby.serve(mine, false);
  BOOST_TEST(told == 1);
  BOOST_TEST(standby.all_serve());
  Workers late{standby, 1};
  BOOST_TEST(eventually([&] { return standby.standing_by() == 1; }));
  BOOST_TEST(!standby.all_serve());
  BOOST_TEST(eventually([&] { return told == 2; }));  // by the worker that came when none watched
  standby.watch(mine);
  BOOST_TEST(told == 2);
  standby.serve(mine, false);
  BOOST_TEST(told == 3);
  standby.watch(mine);
  standby.serve(mine, will_sleep);  // the other watches
  BOOST_TEST(told == 3);
}

BOOST_AUTO_TEST_CASE(a_signal_calls_no_worker) {
  struct sigaction quiet {};
  quiet.sa_handler = [](int) {};
  struct sigaction before {};
  ::sigaction(SIGUSR2, &quiet, &before);
  Standby standby{1, [] {}};
  Standby::Duty mine;
  Standby::Duty other;
  standby.watch(mine);
  std::atomic<bool> watches{false};
  std::thread waiting{[&] {
    standby.watch(other);
    watches = true;
  }};
  BOOST_TEST(eventually([&] { return standby.standing_by() == 1; }));
  for (int i = 0; i < 100; ++i) {
    ::pthread_kill(waiting.native_handle(), SIGUSR2);
    std::this_thread::sleep_for(std::chrono::microseconds{100});
  }
  BOOST_TEST(!watches);
  BOOST_TEST(standby.standing_by() == 1);
  standby.serve(mine, will_sleep);
  waiting.join();
  ::sigaction(SIGUSR2, &before, nullptr);
}

BOOST_AUTO_TEST_CASE(a_worker_that_comes_back_at_once_watches_again) {
  for (const std::size_t processors : {std::size_t{0}, std::size_t{1}, many}) {
    Standby standby{processors, [] {}};
    Standby::Duty mine;
    for (int i = 0; i < 1000; ++i) {
      standby.watch(mine);
      standby.serve(mine, i % 2 == 0);
    }
    standby.watch(mine);  // never waits
  }
}

BOOST_AUTO_TEST_CASE(no_worker_stands_by_after_the_release) {
  Standby standby{1, [] {}};
  Workers before{standby, 5};
  BOOST_TEST(eventually([&] { return standby.standing_by() == 4; }));
  standby.release();
  Workers after{standby, 8};
}

BOOST_AUTO_TEST_CASE(the_set_is_never_left_unwatched_by_sleepers_while_workers_stand_by) {
  for (const std::size_t processors : {std::size_t{1}, std::size_t{2}, many}) {
    Standby standby{processors, [] {}};
    std::atomic<bool> ends{false};
    std::atomic<std::uint64_t> turns{0};
    std::deque<Standby::Duty> duties(6);
    std::vector<std::thread> workers;
    for (Standby::Duty& mine : duties)
      workers.emplace_back([&] {
        for (int turn = 0; !ends; ++turn) {
          standby.watch(mine);
          const std::uint64_t seen = ++turns;
          standby.serve(mine, turn % 3 == 0);
          if (turn % 3 == 1) standby.excuse(mine);
          // It is away until another worker has taken its place, if there is one.
          do std::this_thread::yield();
          while (turn % 3 != 2 && turns == seen && standby.standing_by() > 0 && !ends);
        }
      });
    std::thread housekeeper{[&] {
      while (!ends)
        for (Standby::Duty& duty : duties) standby.excuse(duty);
    }};
    // Were a call lost, the count would stand still.
    BOOST_TEST(eventually([&] { return turns > 20'000; }));
    ends = true;
    housekeeper.join();
    standby.release();
    for (auto& worker : workers) worker.join();
  }
}
