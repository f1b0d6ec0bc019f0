#include "session/kept_bytes.hpp"

#include <boost/test/unit_test.hpp>

using namespace echopool;
using namespace std::chrono_literals;

namespace {

constexpr TimePoint start{1h};

/// Keeps 400 bytes, with 400 more in the kernel.
struct Kept {
  std::atomic<std::size_t> total{0};
  KeptOutput output{total, start, 400};
  Kept() {
    output.storage.resize(400);
    output.unsent += 400;
  }
};

}  // namespace

BOOST_FIXTURE_TEST_CASE(a_peer_that_takes_an_eighth_gets_its_time_anew, Kept) {
  BOOST_TEST(output.peer_has_taken_enough(start + 1s, 300));
  BOOST_TEST((output.since == start + 1s));
  BOOST_TEST(output.unsent == 700U);
}

BOOST_FIXTURE_TEST_CASE(a_peer_that_takes_less_does_not, Kept) {
  BOOST_TEST(!output.peer_has_taken_enough(start + 1s, 301));
  BOOST_TEST((output.since == start));
}

BOOST_FIXTURE_TEST_CASE(each_time_an_eighth_of_what_is_left_has_to_be_taken, Kept) {
  BOOST_TEST(output.peer_has_taken_enough(start + 1s, 0));
  output.begin = 49;
  BOOST_TEST(!output.peer_has_taken_enough(start + 2s, 0));
  output.begin = 50;
  BOOST_TEST(output.peer_has_taken_enough(start + 2s, 0));
}
