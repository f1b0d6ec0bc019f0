// One connection on the caller's own thread, as inetd hands it over.
#include "disciplines.hpp"
#include "handed_over.hpp"
#include "printing.hpp"

#include <fcntl.h>

#include <stdexcept>
#include <thread>

using namespace echopool;
using namespace echopool::test;

BOOST_AUTO_TEST_CASE(a_connection_runs_to_its_end) {
  AcceptedConnection connection;
  connection.client.send("hello");
  connection.client.finish_sending();
  BOOST_TEST(run_connection(InheritedSocket{connection.accepted.release()}, Handler{echo}) == EndReason::peer_closed);
  BOOST_TEST(connection.client.receive_all() == "hello");
}

BOOST_AUTO_TEST_CASE(a_peer_that_is_not_admitted_is_reset_and_no_handler_is_called) {
  AcceptedConnection connection;
  ServerSettings settings;
  settings.access.deny = {"127.0.0.0/8"};
  bool called = false;
  const Handler handler{[&](Session&) {
    called = true;
    return Next::close;
  }};
  BOOST_TEST(!run_connection(InheritedSocket{connection.accepted.release()}, handler, settings).has_value());
  BOOST_TEST(!connection.client.ended_cleanly());
  BOOST_TEST(!called);
}

BOOST_AUTO_TEST_CASE(settings_that_cannot_be_used_are_told_and_the_socket_is_closed) {
  AcceptedConnection connection;
  ServerSettings settings;
  settings.pool.workers = 0;
  BOOST_CHECK_THROW(run_connection(InheritedSocket{connection.accepted.release()}, Handler{echo}, settings),
                    std::invalid_argument);
  BOOST_TEST(connection.client.ended_cleanly());
}

// A program that was started from a shell or an event loop may have left the socket in this state.
BOOST_AUTO_TEST_CASE(a_socket_that_does_not_block_is_made_to) {
  AcceptedConnection connection;
  const int fd = connection.accepted.release();
  BOOST_TEST_REQUIRE(::fcntl(fd, F_SETFL, ::fcntl(fd, F_GETFL) | O_NONBLOCK) == 0);
  std::optional<EndReason> end;
  std::thread server{[&] { end = run_connection(InheritedSocket{fd}, Handler{echo}); }};
  std::this_thread::sleep_for(50ms);  // the first read finds nothing
  connection.client.send("hello");
  connection.client.finish_sending();
  BOOST_TEST(connection.client.receive_all() == "hello");
  server.join();
  BOOST_TEST((end == EndReason::peer_closed));
}
