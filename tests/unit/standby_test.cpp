#include "standby.hpp"

#include "eventually.hpp"

#include <boost/test/unit_test.hpp>

#include <atomic>
#include <thread>
#include <vector>

using namespace echopool;
using namespace echopool::test;

namespace {

/// Workers that watch, and then wait to be told to serve.
class Workers {
 public:
  Workers(Standby& standby, int count) {
    for (int i = 0; i < count; ++i)
      threads_.emplace_back([this, &standby] {
        standby.watch();
        ++watching;
      });
  }
  void join() {
    for (auto& thread : threads_) thread.join();
  }

  std::atomic<int> watching{0};

 private:
  std::vector<std::thread> threads_;
};

}  // namespace

BOOST_AUTO_TEST_CASE(a_few_watch_and_each_that_leaves_the_set_unwatched_calls_one) {
  Standby standby;
  Workers workers{standby, Standby::watchers + 2};
  BOOST_TEST(eventually([&] { return standby.standing_by() == 2; }));
  BOOST_TEST(workers.watching == Standby::watchers);
  for (int i = 0; i < Standby::watchers - 1; ++i) standby.serve();
  BOOST_TEST(workers.watching == Standby::watchers);  // somebody watches still
  standby.serve();
  BOOST_TEST(eventually([&] { return workers.watching == Standby::watchers + 1; }));
  standby.serve();
  BOOST_TEST(eventually([&] { return workers.watching == Standby::watchers + 2; }));
  workers.join();
}

BOOST_AUTO_TEST_CASE(a_worker_that_comes_back_at_once_watches_again) {
  Standby standby;
  for (int i = 0; i < 1000; ++i) {
    standby.watch();
    standby.serve();
  }
  standby.watch();
  standby.watch();  // neither waits
}

BOOST_AUTO_TEST_CASE(nobody_stands_by_after_the_release) {
  Standby standby;
  Workers before{standby, Standby::watchers + 4};
  BOOST_TEST(eventually([&] { return standby.standing_by() == 4; }));
  standby.release();
  before.join();
  Workers after{standby, 8};
  after.join();
}

BOOST_AUTO_TEST_CASE(the_set_is_never_left_unwatched_while_workers_stand_by) {
  Standby standby;
  std::atomic<int> watching{0};
  std::atomic<bool> ends{false};
  std::atomic<std::uint64_t> turns{0};
  std::vector<std::thread> workers;
  for (int i = 0; i < 6; ++i)
    workers.emplace_back([&] {
      while (!ends) {
        standby.watch();
        ++watching;
        std::this_thread::yield();
        --watching;
        ++turns;
        standby.serve();
      }
    });
  // Were a call lost, all would stand by at some time and the count would stand still.
  BOOST_TEST(eventually([&] { return turns > 20'000; }));
  ends = true;
  standby.release();
  for (auto& worker : workers) worker.join();
}
