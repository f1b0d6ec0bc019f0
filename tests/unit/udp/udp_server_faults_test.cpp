// What the UDP thread does when the kernel refuses it.
#include "running_udp_server.hpp"

#include <boost/test/unit_test.hpp>

using namespace echopool;
using namespace echopool::test;

BOOST_FIXTURE_TEST_CASE(a_receive_that_fails_for_a_while_is_repeated_without_spinning, RunningUdpServer) {
  calls.real_clock = true;
  for (const int error : {ENOMEM, ENOBUFS, EIO}) {
    calls.receive_error = error;
    calls.receive_failures = 3;
    calls.receives = 0;
    calls.polls = 0;
    configure(without_limits());
    UdpServer failing{settings, access, calls};
    const Endpoint where = failing.bind(loopback(), {}, echo_datagram).front();
    failing.start();
    BOOST_TEST(peer.ask(where, "patience").bytes == "patience");
    failing.stop();
    BOOST_TEST(calls.receives == 4);
    // A pause is one poll(2), or a few as the clock is coarse; not the thousands that spinning would make of it.
    BOOST_TEST(calls.polls < 30);
  }
}

BOOST_FIXTURE_TEST_CASE(an_interrupted_or_refused_receive_is_repeated, RunningUdpServer) {
  calls.real_clock = true;
  calls.receive_error = EINTR;
  calls.receive_failures = 5;
  serve(without_limits());
  BOOST_TEST(peer.ask(endpoint, "a").bytes == "a");
}

BOOST_FIXTURE_TEST_CASE(an_error_that_poll_reports_and_receiving_does_not_clear_makes_no_loop, RunningUdpServer) {
  calls.real_clock = true;
  calls.only_an_error = true;
  serve(without_limits());
  BOOST_TEST(eventually([&] { return calls.receives >= 3; }));
  BOOST_TEST(calls.polls < 60);
  calls.only_an_error = false;
  BOOST_TEST(peer.ask(endpoint, "a").bytes == "a");
}

BOOST_FIXTURE_TEST_CASE(a_poll_that_fails_is_repeated_without_spinning, RunningUdpServer) {
  for (const int error : {EINTR, ENOMEM}) {
    calls.poll_error = error;
    calls.poll_failures = 3;
    configure(without_limits());
    UdpServer failing{settings, access, calls};
    const Endpoint where = failing.bind(loopback(), {}, echo_datagram).front();
    failing.start();
    BOOST_TEST(peer.ask(where, "patience").bytes == "patience");
    BOOST_TEST(calls.poll_failures == 0);
  }
}

BOOST_FIXTURE_TEST_CASE(it_stops_even_while_every_call_fails, RunningUdpServer) {
  calls.real_clock = true;
  calls.poll_error = ENOMEM;
  calls.poll_failures = 1'000'000;
  serve(without_limits());
  server->stop();
  BOOST_TEST(calls.poll_failures > 0);
}
