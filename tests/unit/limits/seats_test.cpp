#include "limits/seats.hpp"

#include "limits/source_key.hpp"

#include <boost/test/unit_test.hpp>

#include <atomic>
#include <thread>
#include <vector>

using namespace echopool;

namespace {

const Endpoint alice = Endpoint::parse("192.0.2.1:1000");
const Endpoint alice_again = Endpoint::parse("[::ffff:192.0.2.1]:2000");
const Endpoint bob = Endpoint::parse("192.0.2.2:1000");

}  // namespace

BOOST_AUTO_TEST_CASE(there_are_as_many_seats_as_allowed) {
  Seats seats{2};
  auto first = seats.try_take();
  auto second = seats.try_take();
  BOOST_TEST(first.has_value());
  BOOST_TEST(second.has_value());
  BOOST_TEST(!seats.try_take().has_value());
  second.reset();
  BOOST_TEST(seats.taken() == 1U);
  BOOST_TEST(seats.try_take().has_value());
}

BOOST_AUTO_TEST_CASE(a_moved_ticket_is_given_back_once) {
  Seats seats{1};
  {
    auto first = seats.try_take();
    Ticket moved = std::move(*first);
    first.reset();
    BOOST_TEST(seats.taken() == 1U);
    Ticket other;
    other = std::move(moved);
    BOOST_TEST(seats.taken() == 1U);
  }
  BOOST_TEST(seats.taken() == 0U);
}

BOOST_AUTO_TEST_CASE(a_source_has_no_more_than_its_share) {
  Seats seats{10};
  auto first = seats.try_take();
  auto second = seats.try_take();
  auto third = seats.try_take();
  BOOST_TEST(seats.count_source(*first, alice, 1));
  BOOST_TEST(!seats.count_source(*second, alice_again, 1));
  BOOST_TEST(seats.count_source(*third, bob, 1));
  second.reset();
  first.reset();
  auto fourth = seats.try_take();
  BOOST_TEST(seats.count_source(*fourth, alice, 1));
}

BOOST_AUTO_TEST_CASE(the_addresses_of_one_ipv6_network_are_one_source) {
  Seats seats{10};
  auto first = seats.try_take();
  auto second = seats.try_take();
  auto third = seats.try_take();
  BOOST_TEST(seats.count_source(*first, Endpoint::parse("[2001:db8::1]:1"), 1));
  BOOST_TEST(!seats.count_source(*second, Endpoint::parse("[2001:db8::ffff:2]:1"), 1));
  BOOST_TEST(seats.count_source(*third, Endpoint::parse("[2001:db8:0:1::1]:1"), 1));
}

BOOST_AUTO_TEST_CASE(the_greediest_source_has_most_seats_and_more_than_one) {
  Seats seats{10};
  std::vector<Ticket> tickets;
  const auto take = [&](const Endpoint& peer) {
    tickets.push_back(*seats.try_take());
    return seats.count_source(tickets.back(), peer, std::nullopt);
  };
  BOOST_TEST(!seats.greediest_source().has_value());
  BOOST_TEST(take(alice));
  BOOST_TEST(take(bob));
  BOOST_TEST(!seats.greediest_source().has_value());
  BOOST_TEST(take(bob));
  BOOST_TEST((seats.greediest_source() == source_key(bob)));
  tickets.pop_back();
  BOOST_TEST(!seats.greediest_source().has_value());
}

BOOST_AUTO_TEST_CASE(a_thread_that_waits_for_room_is_woken_by_a_free_seat_or_by_closing) {
  Seats seats{1};
  auto ticket = seats.try_take();
  std::atomic<bool> room{false};
  std::thread waiter{[&] { room = seats.wait_for_room(); }};
  ticket.reset();
  waiter.join();
  BOOST_TEST(room);
  auto again = seats.try_take();
  std::thread closed{[&] { room = seats.wait_for_room(); }};
  seats.close();
  closed.join();
  BOOST_TEST(!room);
}

BOOST_AUTO_TEST_CASE(a_raised_limit_wakes_a_waiting_thread) {
  Seats seats{1};
  auto ticket = seats.try_take();
  std::atomic<bool> room{false};
  std::thread waiter{[&] { room = seats.wait_for_room(); }};
  seats.set_limit(2);
  waiter.join();
  BOOST_TEST(room);
}

BOOST_AUTO_TEST_CASE(emptiness_can_be_waited_for) {
  Seats seats{1};
  auto ticket = seats.try_take();
  BOOST_TEST(!seats.wait_until_empty(std::chrono::steady_clock::now()));
  std::thread leaver{[&] { ticket.reset(); }};
  BOOST_TEST(seats.wait_until_empty(std::chrono::steady_clock::time_point::max()));
  leaver.join();
}
