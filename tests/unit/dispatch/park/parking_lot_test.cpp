#include "dispatch/park/parking_lot.hpp"

#include "connections.hpp"
#include "eventually.hpp"
#include "printing.hpp"

#include <boost/test/unit_test.hpp>

#include <sched.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <thread>

using namespace echopool;
using echopool::test::eventually;

namespace {

/// How often claim() has found a connection that is still being armed, and let others run: std::this_thread::yield() is
/// sched_yield(2).
std::atomic<int> yields{0};

const TimePoint now{std::chrono::hours{1}};

std::unique_ptr<Connection> connection(std::uint64_t id = 1) {
  return std::make_unique<Connection>(echopool::test::make_connection({.opened = now, .id = id}));
}

ParkingLot::Key park_one(ParkingLot& lot, std::uint64_t id = 1) {
  const auto key = lot.admit(connection(id), now);
  lot.end_arming(key);
  return key;
}

}  // namespace

extern "C" int sched_yield() noexcept {
  ++yields;
  return static_cast<int>(::syscall(SYS_sched_yield));
}

BOOST_AUTO_TEST_CASE(a_parked_connection_is_claimed_by_one) {
  ParkingLot lot{4};
  const auto key = park_one(lot, 7);
  Connection* claimed = lot.claim(key);
  BOOST_REQUIRE(claimed != nullptr);
  BOOST_TEST(claimed->id == 7U);
  BOOST_TEST(lot.claim(key) == nullptr);
  BOOST_TEST(lot.leave(key.slot)->id == 7U);
}

BOOST_AUTO_TEST_CASE(an_event_of_an_earlier_turn_claims_nothing) {
  ParkingLot lot{4};
  const auto first = park_one(lot);
  BOOST_TEST(lot.claim(first) != nullptr);
  const auto second = lot.begin_arming(first.slot, now);
  lot.end_arming(second);
  BOOST_TEST(lot.claim(first) == nullptr);
  BOOST_TEST(lot.claim(second) != nullptr);
}

BOOST_AUTO_TEST_CASE(an_event_of_a_connection_that_is_gone_does_not_claim_its_successor) {
  ParkingLot lot{1};
  const auto gone = park_one(lot, 1);
  BOOST_TEST(lot.claim(gone) != nullptr);
  static_cast<void>(lot.leave(gone.slot));
  const auto successor = park_one(lot, 2);
  BOOST_TEST(successor.slot == gone.slot);
  BOOST_TEST(lot.claim(gone) == nullptr);
  BOOST_TEST(lot.claim(successor)->id == 2U);
}

BOOST_AUTO_TEST_CASE(a_key_survives_the_trip_through_epoll) {
  const ParkingLot::Key key{0xfffffffe, 0x89abcdef};
  const auto back = ParkingLot::Key::unpack(key.packed());
  BOOST_TEST(back.slot == key.slot);
  BOOST_TEST(back.arming == key.arming);
  ParkingLot lot{1};
  BOOST_TEST(lot.claim(key) == nullptr);
}

BOOST_AUTO_TEST_CASE(a_worker_that_gets_an_event_early_waits_until_arming_is_over) {
  ParkingLot lot{1};
  const auto key = lot.admit(connection(), now);
  std::atomic<bool> claimed{false};
  std::atomic<bool> returned{false};
  const int before = yields;
  std::thread worker{[&] {
    claimed = lot.claim(key) != nullptr;
    returned = true;
  }};
  BOOST_TEST(eventually([&] { return yields > before || returned; }));  // it waits in claim()
  BOOST_TEST(!returned);
  lot.end_arming(key);
  worker.join();
  BOOST_TEST(claimed);
}

BOOST_AUTO_TEST_CASE(a_connection_that_could_not_be_armed_stays_its_owners) {
  ParkingLot lot{1};
  const auto key = lot.admit(connection(3), now);
  lot.fail_arming(key);
  BOOST_TEST(lot.claim(key) == nullptr);
  BOOST_TEST(lot.leave(key.slot)->id == 3U);
}

BOOST_AUTO_TEST_CASE(a_view_tells_what_is_there) {
  ParkingLot lot{2};
  BOOST_TEST(!lot.view(0).occupied);
  const auto key = lot.admit(connection(), now + std::chrono::seconds{5});
  BOOST_TEST(lot.view(key.slot).occupied);
  BOOST_TEST(!lot.view(key.slot).parked);
  lot.end_arming(key);
  const auto view = lot.view(key.slot);
  BOOST_TEST(view.parked);
  BOOST_TEST(view.arming == key.arming);
  BOOST_TEST(view.times.opened == now);
  BOOST_TEST(view.times.active == now + std::chrono::seconds{5});
}

BOOST_AUTO_TEST_CASE(places_are_used_again) {
  ParkingLot lot{2};
  for (int round = 0; round < 10; ++round) {
    const auto a = park_one(lot);
    const auto b = park_one(lot);
    BOOST_TEST(a.slot != b.slot);
    for (const auto key : {a, b}) {
      BOOST_TEST(lot.claim(key) != nullptr);
      static_cast<void>(lot.leave(key.slot));
    }
  }
}

BOOST_AUTO_TEST_CASE(of_many_threads_that_claim_at_once_one_succeeds) {
  ParkingLot lot{1};
  auto key = park_one(lot);
  for (int round = 0; round < 500; ++round) {
    std::atomic<int> winners{0};
    std::vector<std::thread> claimers;
    for (int i = 0; i < 3; ++i) claimers.emplace_back([&] { winners += lot.claim(key) != nullptr ? 1 : 0; });
    for (auto& claimer : claimers) claimer.join();
    BOOST_REQUIRE(winners == 1);
    key = lot.begin_arming(key.slot, now);
    lot.end_arming(key);
  }
}

BOOST_AUTO_TEST_CASE(resting_needs_no_new_arming) {
  ParkingLot lot{1};
  const auto key = park_one(lot);
  for (int turn = 0; turn < 3; ++turn) {
    BOOST_REQUIRE(lot.claim(key) != nullptr);
    BOOST_TEST(lot.rest(key, now + std::chrono::seconds{turn}));
    BOOST_TEST(lot.view(0).parked);
    BOOST_TEST(lot.view(0).times.active == now + std::chrono::seconds{turn});
  }
}

BOOST_AUTO_TEST_CASE(an_event_while_it_runs_forbids_to_rest_until_it_is_armed_again) {
  ParkingLot lot{1};
  const auto key = park_one(lot, 5);
  BOOST_REQUIRE(lot.claim(key) != nullptr);
  BOOST_TEST(lot.claim(key) == nullptr);  // the event
  BOOST_TEST(!lot.rest(key, now));
  BOOST_TEST(!lot.view(0).parked);
  const auto again = lot.begin_arming(key.slot, now);
  lot.end_arming(again);
  BOOST_REQUIRE(lot.claim(again) != nullptr);
  BOOST_TEST(lot.rest(again, now));
}

BOOST_AUTO_TEST_CASE(an_event_of_an_earlier_arming_does_not_forbid_to_rest) {
  ParkingLot lot{1};
  const auto old = park_one(lot);
  BOOST_REQUIRE(lot.claim(old) != nullptr);
  const auto key = lot.begin_arming(old.slot, now);
  lot.end_arming(key);
  BOOST_REQUIRE(lot.claim(key) != nullptr);
  BOOST_TEST(lot.claim(old) == nullptr);
  BOOST_TEST(lot.rest(key, now));
}

BOOST_AUTO_TEST_CASE(no_event_is_lost_between_resting_and_claiming) {
  ParkingLot lot{1};
  auto key = park_one(lot);
  for (int round = 0; round < 2000; ++round) {
    BOOST_REQUIRE(lot.claim(key) != nullptr);
    std::atomic<bool> claimed{false};
    std::thread event{[&] { claimed = lot.claim(key) != nullptr; }};
    const bool rested = lot.rest(key, now);
    event.join();
    // Either the event's thread has the connection, or its owner knows of the event.
    BOOST_REQUIRE(claimed == rested);
    key = lot.begin_arming(key.slot, now);
    lot.end_arming(key);
  }
}
