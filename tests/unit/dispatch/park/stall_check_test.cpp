#include "dispatch/park/stall_check.hpp"

#include <boost/test/unit_test.hpp>

#include <array>
#include <numeric>
#include <thread>
#include <vector>

using namespace echopool;
using namespace std::chrono_literals;

namespace {

/// Time passes only when a test says so.
class Clock : public SystemCalls {
 public:
  std::atomic<TimePoint::rep> at{TimePoint{1h}.time_since_epoch().count()};
  TimePoint now() noexcept override { return TimePoint{TimePoint::duration{at.load()}}; }
  TimePoint exact_now() noexcept override { return now(); }
  void pass(std::chrono::nanoseconds time) { at += time.count(); }
};

struct Fixture {
  Clock clock;
  Housekeeper housekeeper{clock};
  Standby standby{8, [] {}};
  StallCheck stalls{2, standby, housekeeper, clock};
  std::vector<ParkingLot::Slot> rescued;

  std::optional<TimePoint> check() {
    return stalls.check(clock.now(), [this](ParkingLot::Key key) { rescued.push_back(key.slot); });
  }
  /// A worker has taken connections of these slots and serves the first.
  static void publish(StallCheck::Post& post, const std::vector<ParkingLot::Slot>& slots) {
    std::vector<epoll_event> events;
    for (const auto slot : slots)
      events.push_back({.events = EPOLLIN, .data = {.u64 = ParkingLot::Key{slot, 1}.packed()}});
    post.batch.publish(events);
    post.batch.advance(1);
  }
  StallCheck::Post& serving() {
    StallCheck::Post& post = stalls.join();
    standby.watch(post.duty);
    standby.serve(post.duty, false);
    return post;
  }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(stalls, Fixture)

BOOST_AUTO_TEST_CASE(without_a_request_there_is_no_check) {
  publish(serving(), {1, 2, 3});
  BOOST_TEST(!check().has_value());
  clock.pass(1s);
  BOOST_TEST(!check().has_value());
  BOOST_TEST(rescued.empty());
}

BOOST_AUTO_TEST_CASE(what_waits_behind_a_turn_that_blocks_is_rescued_and_its_worker_excused) {
  StallCheck::Post& post = serving();
  publish(post, {1, 2, 3});
  stalls.request();
  BOOST_TEST((check() == clock.now() + StallCheck::interval));
  BOOST_TEST(rescued.empty());
  BOOST_TEST(!post.duty.excused());
  clock.pass(StallCheck::interval);
  BOOST_TEST(check().has_value());
  BOOST_TEST(rescued == (std::vector<ParkingLot::Slot>{2, 3}), boost::test_tools::per_element());
  BOOST_TEST(post.duty.excused());
}

BOOST_AUTO_TEST_CASE(what_waits_in_a_batch_that_moves_slowly_is_rescued_and_its_worker_stays_on_duty) {
  StallCheck::Post& post = serving();
  std::vector<ParkingLot::Slot> slots(20);
  std::iota(slots.begin(), slots.end(), ParkingLot::Slot{1});
  publish(post, slots);
  stalls.request();
  for (std::size_t next = 2; next < 6; ++next) {
    BOOST_TEST(check().has_value());
    BOOST_TEST(rescued.empty());
    post.batch.advance(next);
    clock.pass(StallCheck::interval);
  }
  BOOST_TEST(check().has_value());
  BOOST_TEST(rescued.size() == 15U);
  BOOST_TEST(!post.duty.excused());
}

BOOST_AUTO_TEST_CASE(a_worker_that_moves_is_left_alone) {
  StallCheck::Post& post = serving();
  publish(post, {1, 2, 3, 4});
  stalls.request();
  for (std::size_t next = 2; next < 4; ++next) {
    BOOST_TEST(check().has_value());
    post.batch.advance(next);
    clock.pass(StallCheck::interval);
  }
  BOOST_TEST(check().has_value());
  BOOST_TEST(rescued.empty());
  BOOST_TEST(!post.duty.excused());
}

// The housekeeper is also woken for other reasons.
BOOST_AUTO_TEST_CASE(a_call_too_early_checks_nothing_and_delays_nothing) {
  publish(serving(), {1, 2});
  stalls.request();
  const auto due = check();
  clock.pass(StallCheck::interval - 1ms);
  BOOST_TEST((check() == due));
  BOOST_TEST(rescued.empty());
  clock.pass(1ms);
  BOOST_TEST(check().has_value());
  BOOST_TEST(rescued.size() == 1U);
}

BOOST_AUTO_TEST_CASE(checks_stop_when_there_is_nothing_to_see_and_start_again_when_asked) {
  StallCheck::Post& post = serving();
  stalls.request();
  int checks = 0;
  while (check().has_value() && ++checks < 100) clock.pass(StallCheck::interval);
  BOOST_TEST(checks < 100);
  publish(post, {1, 2});
  stalls.request();
  BOOST_TEST(check().has_value());
}

// The handshake between a worker that publishes and the housekeeper that stops its checks.
BOOST_AUTO_TEST_CASE(a_batch_that_is_published_while_the_checks_stop_is_seen) {
  StallCheck::Post& post = serving();
  std::atomic<bool> done{false};
  std::atomic<std::uint64_t> rescues{0};
  std::thread checks{[&] {
    while (!done) {
      static_cast<void>(stalls.check(clock.now(), [&](ParkingLot::Key) { ++rescues; }));
      clock.pass(StallCheck::interval);
    }
  }};
  bool seen = true;
  for (int round = 0; round < 1'000 && seen; ++round) {
    const std::uint64_t before = rescues;
    publish(post, {1, 2});
    stalls.request();
    const auto fuse = std::chrono::steady_clock::now() + 20s;
    while (rescues == before && std::chrono::steady_clock::now() < fuse) std::this_thread::yield();
    seen = rescues > before;
    post.batch.clear();
    for (int i = 0; i < round % 64; ++i) static_cast<void>(clock.now());  // so that it meets every step of a stop
  }
  done = true;
  checks.join();
  BOOST_TEST(seen);
}

BOOST_AUTO_TEST_SUITE_END()
