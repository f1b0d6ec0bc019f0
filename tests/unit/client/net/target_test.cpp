#include "net/target.hpp"

#include <boost/test/unit_test.hpp>

#include <stdexcept>

using namespace echopool::client;

namespace {

std::string read(const std::vector<std::string>& words) {
  const Target target = parse_target(words);
  return std::string{to_string(target.transport)} + " " + target.to_string();
}

std::string complaint(const std::vector<std::string>& words) {
  try {
    return "accepted as " + read(words);
  } catch (const std::invalid_argument& error) {
    return error.what();
  }
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_target_can_be_written_in_every_usual_way) {
  BOOST_TEST(read({}) == "tcp 127.0.0.1:51423");
  BOOST_TEST(read({"localhost"}) == "tcp localhost:51423");
  BOOST_TEST(read({"localhost", "7"}) == "tcp localhost:7");
  BOOST_TEST(read({"localhost", "echo"}) == "tcp localhost:echo");
  BOOST_TEST(read({"localhost:7"}) == "tcp localhost:7");
  BOOST_TEST(read({"[2001:db8::1]:7"}) == "tcp [2001:db8::1]:7");
  BOOST_TEST(read({"[::1]", "7"}) == "tcp [::1]:7");
  BOOST_TEST(read({"::1", "7"}) == "tcp [::1]:7");
  BOOST_TEST(read({"fe80::1%lo"}) == "tcp [fe80::1%lo]:51423");
  BOOST_TEST(read({":7"}) == "tcp 127.0.0.1:7");
  BOOST_TEST(read({"udp://localhost:7"}) == "udp localhost:7");
  BOOST_TEST(read({"tcp://[::1]:7/"}) == "tcp [::1]:7");
  BOOST_TEST(read({"udp://localhost", "7"}) == "udp localhost:7");
}

BOOST_AUTO_TEST_CASE(a_wrong_target_is_refused_with_the_remedy) {
  BOOST_TEST(complaint({"localhost:70000"}) == "'localhost:70000': the port must be a number from 1 to 65535");
  BOOST_TEST(complaint({"localhost", "0"}) == "'0': the port must be a number from 1 to 65535");
  BOOST_TEST(complaint({"localhost", "-1"}) == "'-1': the port must be a number from 1 to 65535");
  BOOST_TEST(complaint({"localhost:"}) == "'localhost:': the port is missing");
  BOOST_TEST(complaint({"[::1:7"}) == "'[::1:7': ']' is missing; write [ADDRESS]:PORT");
  BOOST_TEST(complaint({"[::1]7"}) == "'[::1]7': write [ADDRESS]:PORT");
  BOOST_TEST(complaint({"http://localhost:7"}) == "'http://localhost:7': only tcp:// and udp:// are spoken here");
  BOOST_TEST(complaint({"localhost:7", "7"}) == "'7': the port is given twice; write HOST PORT or HOST:PORT");
  BOOST_TEST(complaint({"a", "7", "b"}) == "'b': one word too many; write HOST PORT or HOST:PORT");
  BOOST_TEST(complaint({"7"}) == "'7': a host or a port? write HOST 7, or :7 for this machine");
  BOOST_TEST(complaint({""}) == "'': the host is missing");
}
