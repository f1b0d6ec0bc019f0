#include "dispatch/park/parked_limits.hpp"

#include "connections.hpp"
#include "printing.hpp"

#include <boost/test/unit_test.hpp>

using namespace echopool;
using namespace std::chrono_literals;

namespace {

const TimePoint start{1h};

ServerSettings limited(Timeout idle, Timeout session) {
  ServerSettings settings;
  settings.timeouts.idle = idle;
  settings.timeouts.session = session;
  return settings;
}

/// Some parked connections, and their limits.
struct Parked {
  explicit Parked(Timeout idle, Timeout session = std::nullopt) : settings{limited(idle, session)} {}

  ParkingLot::Key park_one(TimePoint now) {
    const auto key = lot.admit(std::make_unique<Connection>(echopool::test::make_connection({.opened = now})), now);
    lot.end_arming(key);
    return key;
  }
  bool schedule(ParkingLot::Key key, TimePoint now, WaitFor what = WaitFor::message) {
    return limits.schedule(key.slot, what, {.opened = start, .active = now, .began = now});
  }
  /// How many are over a limit.
  std::size_t over(TimePoint now) {
    std::vector<ParkingLot::Key> found;
    next = limits.look(found, now);
    return found.size();
  }

  LiveSettings settings;
  ParkingLot lot{4};
  ParkedLimits limits{settings, lot, start};
  std::optional<TimePoint> next;
};

}  // namespace

BOOST_AUTO_TEST_CASE(a_connection_that_is_idle_too_long_is_found_and_not_before) {
  Parked parked{10s};
  const auto key = parked.park_one(start);
  BOOST_TEST(parked.schedule(key, start));
  BOOST_TEST(parked.over(start + 9s) == 0U);
  BOOST_TEST((parked.next > start + 9s && parked.next <= start + 11s));
  BOOST_TEST(parked.over(start + 11s) == 1U);
}

BOOST_AUTO_TEST_CASE(a_connection_that_was_active_since_is_looked_at_later) {
  Parked parked{10s};
  const auto key = parked.park_one(start);
  BOOST_TEST(parked.schedule(key, start));
  BOOST_REQUIRE(parked.lot.claim(key) != nullptr);
  BOOST_REQUIRE(parked.lot.rest(key, start + 8s));
  BOOST_TEST(parked.over(start + 11s) == 0U);
  BOOST_TEST(parked.next > start + 17s);
  BOOST_TEST(parked.over(start + 19s) == 1U);
}

BOOST_AUTO_TEST_CASE(a_connection_served_between_look_and_claim_is_not_over_its_limit) {
  Parked parked{10s};
  const auto key = parked.park_one(start);
  BOOST_TEST(parked.limits.exceeded(key.slot, start + 11s) == EndReason::idle_timeout);
  BOOST_REQUIRE(parked.lot.claim(key) != nullptr);
  BOOST_REQUIRE(parked.lot.rest(key, start + 11s));
  BOOST_TEST(!parked.limits.exceeded(key.slot, start + 11s).has_value());
}

BOOST_AUTO_TEST_CASE(an_active_connection_ends_at_its_session_limit) {
  Parked parked{10s, 15s};
  const auto key = parked.park_one(start);
  BOOST_TEST(parked.schedule(key, start));
  BOOST_REQUIRE(parked.lot.claim(key) != nullptr);
  BOOST_REQUIRE(parked.lot.rest(key, start + 14s));
  BOOST_TEST(parked.over(start + 16s) == 1U);
  BOOST_TEST(parked.limits.exceeded(key.slot, start + 16s) == EndReason::session_limit);
}

BOOST_AUTO_TEST_CASE(a_running_connection_is_not_found) {
  Parked parked{10s};
  const auto key = parked.park_one(start);
  BOOST_TEST(parked.schedule(key, start));
  BOOST_REQUIRE(parked.lot.claim(key) != nullptr);
  BOOST_TEST(parked.over(start + 11s) == 0U);
  BOOST_TEST(parked.next.has_value());
}

BOOST_AUTO_TEST_CASE(nothing_is_planned_without_limits_until_they_are_set) {
  Parked parked{std::nullopt};
  const auto key = parked.park_one(start);
  BOOST_TEST(!parked.schedule(key, start));
  BOOST_TEST(parked.over(start + 24h) == 0U);
  BOOST_TEST(!parked.next.has_value());
  parked.settings.set(limited(10s, std::nullopt));
  parked.limits.start_anew();
  BOOST_TEST(parked.over(start + 24h) == 1U);
}

BOOST_AUTO_TEST_CASE(only_an_earlier_look_than_planned_is_asked_for) {
  Parked parked{10s};
  BOOST_TEST(parked.schedule(parked.park_one(start), start));
  BOOST_TEST(parked.over(start) == 0U);
  const auto later = parked.park_one(start + 1s);
  BOOST_TEST(!parked.schedule(later, start + 1s));
}
