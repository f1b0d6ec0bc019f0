// One connection on the caller's own thread, as inetd hands it over.
#include "disciplines.hpp"
#include "handed_over.hpp"

#include <stdexcept>

using namespace echopool;
using namespace echopool::test;

BOOST_AUTO_TEST_CASE(a_connection_runs_to_its_end) {
  AcceptedConnection connection;
  connection.client.send("hello");
  connection.client.finish_sending();
  BOOST_TEST((run_connection(InheritedSocket{connection.accepted.release()}, Handler{echo}) == EndReason::peer_closed));
  BOOST_TEST(connection.client.receive_all() == "hello");
}

BOOST_AUTO_TEST_CASE(who_is_not_admitted_is_reset_and_no_handler_is_called) {
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
