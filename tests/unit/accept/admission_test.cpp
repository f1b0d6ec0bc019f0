#include "accept/admission.hpp"

#include <boost/test/unit_test.hpp>

using namespace echopool;
using namespace std::chrono_literals;

namespace {

const Endpoint alice = Endpoint::parse("192.0.2.1:1000");
const Endpoint bob = Endpoint::parse("192.0.2.2:1000");

/// All that decides, with limits that a test changes as a reload would.
struct Rules {
  Seats seats{3};
  LiveSettings settings{ServerSettings{}};
  Live<AccessList> access{AccessList{AccessSettings{}}};
  Admission admission{seats, settings, access};
  Admission::TimePoint now{1h};
  std::vector<Ticket> admitted;
  std::vector<std::uint64_t> evicted_from;

  void limit(const LimitSettings& limits, Overflow overflow = Overflow::wait) {
    ServerSettings next;
    next.limits = limits;
    next.pool.overflow = overflow;
    settings.set(std::move(next));
  }

  /// Why the peer is refused; nullopt: it stays.
  std::optional<RefuseReason> refused(const Endpoint& peer) {
    auto verdict = admission.admit(peer, now, [this](std::uint64_t source) {
      evicted_from.push_back(source);
      if (admitted.empty()) return false;
      admitted.erase(admitted.begin());
      return true;
    });
    if (const auto* reason = std::get_if<RefuseReason>(&verdict)) return *reason;
    admitted.push_back(std::move(std::get<Ticket>(verdict)));
    return std::nullopt;
  }
};

}  // namespace

BOOST_FIXTURE_TEST_CASE(there_is_a_seat_for_each_connection_and_then_none, Rules) {
  for (int i = 0; i < 3; ++i) BOOST_TEST(!refused(alice).has_value());
  BOOST_TEST((refused(alice) == RefuseReason::connections));
  admitted.pop_back();
  BOOST_TEST(!refused(alice).has_value());
}

BOOST_FIXTURE_TEST_CASE(a_denied_peer_needs_no_seat, Rules) {
  access.set(AccessList{{{}, {"192.0.2.1"}}});
  for (int i = 0; i < 3; ++i) BOOST_TEST(!refused(bob).has_value());
  BOOST_TEST((refused(alice) == RefuseReason::access));
  BOOST_TEST((refused(bob) == RefuseReason::connections));
  access.set(AccessList{AccessSettings{}});
  admitted.clear();
  BOOST_TEST(!refused(alice).has_value());
}

BOOST_FIXTURE_TEST_CASE(a_source_over_its_share_keeps_no_seat, Rules) {
  limit({.per_source = 1});
  BOOST_TEST(!refused(alice).has_value());
  BOOST_TEST((refused(alice) == RefuseReason::per_source));
  BOOST_TEST(seats.taken() == 1U);
  BOOST_TEST(!refused(bob).has_value());
}

// One token a connection: none is lost by asking, and none is saved by not asking.
BOOST_FIXTURE_TEST_CASE(every_accepted_connection_counts_once_against_the_rate, Rules) {
  limit({.accept_rate = 2});  // two at once, then one each half a second
  for (int i = 0; i < 10; ++i) BOOST_TEST((admission.rate_delay(now) == 0ns));
  BOOST_TEST(!refused(alice).has_value());
  BOOST_TEST((admission.rate_delay(now) == 0ns));
  BOOST_TEST(!refused(bob).has_value());
  BOOST_TEST((admission.rate_delay(now) == 500ms));
  now += 500ms;
  BOOST_TEST((admission.rate_delay(now) == 0ns));
  limit({});
  BOOST_TEST((admission.rate_delay(now) == 0ns));
}

BOOST_FIXTURE_TEST_CASE(whether_a_seat_is_waited_for_is_decided_by_the_overflow, Rules) {
  for (int i = 0; i < 3; ++i) BOOST_TEST(!refused(alice).has_value());
  limit({}, Overflow::refuse);
  BOOST_TEST(admission.wait_for_seat());
  limit({}, Overflow::wait);
  seats.close();
  BOOST_TEST(!admission.wait_for_seat());
}
