// echopoold --inetd: it serves the socket that is its standard input, says nothing to it of its own, and ends.
// Tests: inetd
#include "daemon.hpp"
#include "datagrams.hpp"
#include "disciplines.hpp"
#include "handed_over.hpp"
#include "loopback.hpp"
#include "sockaddr.hpp"

#include <boost/test/unit_test.hpp>

#include <signal.h>

#include <system_error>

using namespace echopool;
using namespace echopool::test;

namespace {

std::vector<std::string> inetd_words(const std::vector<std::string>& arguments) {
  std::vector<std::string> words{built_program("echopoold"), "--inetd"};
  words.insert(words.end(), arguments.begin(), arguments.end());
  return words;
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_connection_is_served_to_its_end) {
  AcceptedConnection connection;
  Program program{inetd_words({}), {}, as_inetd(connection.accepted.get())};
  connection.accepted.reset();
  const std::string sent = pattern(100'000);
  connection.client.send(sent);
  BOOST_TEST((connection.client.receive(sent.size()) == sent));
  connection.client.send("the tail");
  connection.client.finish_sending();
  BOOST_TEST(connection.client.receive_all() == "the tail");
  const ProgramResult result = program.finish();
  BOOST_TEST(result.status == 0);
  BOOST_TEST(result.out + result.err == "");
}

BOOST_AUTO_TEST_CASE(a_silent_connection_is_ended_by_its_time_limit) {
  AcceptedConnection connection;
  Program program{inetd_words({"--timeouts.idle=100ms"}), {}, as_inetd(connection.accepted.get())};
  connection.accepted.reset();
  BOOST_TEST(connection.client.ended_cleanly());
  BOOST_TEST(program.finish().status == 0);
}

BOOST_AUTO_TEST_CASE(a_denied_source_is_reset_and_one_allowed_more_closely_is_served) {
  const auto served = [](const std::vector<std::string>& arguments) {
    AcceptedConnection connection;
    Program program{inetd_words(arguments), {}, as_inetd(connection.accepted.get())};
    connection.accepted.reset();
    const bool clean = [&connection] {
      try {
        connection.client.finish_sending();
        return connection.client.ended_cleanly();
      } catch (const std::system_error&) {
        return false;  // it was reset before
      }
    }();
    BOOST_TEST(program.finish().status == 0);
    return clean;
  };
  BOOST_TEST(served({}));
  BOOST_TEST(!served({"--access.deny=127.0.0.0/8"}));
  BOOST_TEST(served({"--access.deny=127.0.0.0/8", "--access.allow=127.0.0.1"}));
  BOOST_TEST(!served({"--access.deny=127.0.0.1", "--access.allow=127.0.0.1"}));
  BOOST_TEST(!served({"--access.allow=10.0.0.0/8"}));
}

BOOST_AUTO_TEST_CASE(a_wrong_configuration_is_not_told_to_the_peer) {
  AcceptedConnection connection;
  Program program{inetd_words({"--pool.workers=0"}), {}, as_inetd(connection.accepted.get())};
  connection.accepted.reset();
  BOOST_TEST(connection.client.receive_all() == "");
  BOOST_TEST(program.finish().status == 78);
}

BOOST_AUTO_TEST_CASE(a_signal_ends_a_connection_at_once) {
  AcceptedConnection connection;
  Program program{inetd_words({}), {}, as_inetd(connection.accepted.get())};
  connection.accepted.reset();
  connection.client.send("x");
  BOOST_TEST(connection.client.receive(1) == "x");
  program.signal(SIGTERM);
  BOOST_TEST(connection.client.receive_all() == "");
  BOOST_TEST(program.finish().status == 128 + SIGTERM);
}

ECHOPOOL_TEST(a_listening_socket_is_served_until_no_connection_comes_any_more) {
  const UniqueFd listener = listening_socket();
  const Endpoint address = local_endpoint(listener.get());
  for (int instance = 0; instance < 2; ++instance) {
    Client first{address};  // inetd starts a server because of it
    first.send("first");
    Program program{inetd_words({discipline_flag(idle), "--timeouts.idle=300ms"}), {}, as_inetd(listener.get())};
    BOOST_TEST(first.receive(5) == "first");
    BOOST_TEST(echoes_tcp(address, pattern(10'000)));
    first.finish_sending();
    BOOST_TEST(first.receive_all() == "");
    const ProgramResult result = program.finish();
    BOOST_TEST(result.status == 0);
    BOOST_TEST(result.out + result.err == "");
  }
}

BOOST_AUTO_TEST_CASE(a_datagram_socket_is_served_until_nothing_comes_any_more) {
  const UniqueFd socket = datagram_socket();
  const Endpoint address = local_endpoint(socket.get());
  for (int instance = 0; instance < 2; ++instance) {
    UdpPeer peer;
    peer.send(address, "first");
    Program program{inetd_words({"--timeouts.idle=300ms"}), {}, as_inetd(socket.get())};
    BOOST_TEST(peer.receive().bytes == "first");
    BOOST_TEST(echoes_udp(address, ""));
    BOOST_TEST(program.finish().status == 0);
  }
}

BOOST_AUTO_TEST_CASE(a_waiting_server_ends_when_it_is_told_to) {
  const UniqueFd socket = datagram_socket();
  Program program{inetd_words({"--timeouts.idle=off"}), {}, as_inetd(socket.get())};
  BOOST_TEST(echoes_udp(local_endpoint(socket.get())));
  program.signal(SIGTERM);
  BOOST_TEST(program.finish().status == 0);
}

BOOST_AUTO_TEST_CASE(without_a_socket_it_says_where_one_comes_from) {
  const ProgramResult result = run_daemon({"--inetd"});
  BOOST_TEST(result.status == 1);
  BOOST_TEST(result.err ==
             "echopoold: --inetd: standard input is no TCP or UDP socket; inetd and systemd (StandardInput=socket) "
             "start it with one\n");
}
