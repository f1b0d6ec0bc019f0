#include "udp/datagram_admission.hpp"

#include "printing.hpp"

#include <boost/test/unit_test.hpp>

#include <array>
#include <cstdint>
#include <optional>
#include <string>

using echopool::DatagramPath;
using echopool::DropReason;
using echopool::Endpoint;
using echopool::refusal;

namespace {

constexpr std::array<std::uint16_t, 2> own_ports{51423, 7000};

std::optional<DropReason> from(const std::string& peer, const std::string& to = "192.0.2.7:51423", bool to_us = true) {
  return refusal({Endpoint::parse(peer), Endpoint::parse(to), to_us}, own_ports);
}

/// Both families, so that no rule is forgotten for one.
std::optional<DropReason> from_port(int port, bool v6) {
  return v6 ? from("[2001:db8::1]:" + std::to_string(port), "[2001:db8::7]:51423")
            : from("192.0.2.1:" + std::to_string(port));
}

}  // namespace

BOOST_AUTO_TEST_CASE(ordinary_peers_are_admitted) {
  for (const bool v6 : {false, true})
    for (const int port : {1024, 2048, 2050, 51422, 51424, 65535}) BOOST_TEST(!from_port(port, v6).has_value());
  BOOST_TEST(!from("127.0.0.1:40000").has_value());
  BOOST_TEST(!from("254.255.255.255:40000").has_value());
  BOOST_TEST(!from("1.0.0.0:40000").has_value());
  BOOST_TEST(!from("[::1]:40000", "[::1]:51423").has_value());
  BOOST_TEST(!from("[fe80::1%1]:40000", "[fe80::2%1]:51423").has_value());
}

BOOST_AUTO_TEST_CASE(ports_of_other_services_are_refused) {
  for (const bool v6 : {false, true})
    for (const int port : {0, 7, 13, 17, 19, 37, 53, 123, 1023, 2049})
      BOOST_TEST(from_port(port, v6) == DropReason::source_port, port);
}

BOOST_AUTO_TEST_CASE(ports_of_our_own_are_refused_whatever_the_host) {
  for (const bool v6 : {false, true})
    for (const std::uint16_t port : own_ports) BOOST_TEST(from_port(port, v6) == DropReason::source_port, port);
}

BOOST_AUTO_TEST_CASE(sources_that_are_no_host_are_refused) {
  for (const char* peer : {"0.0.0.0:40000", "0.1.2.3:40000", "224.0.0.1:40000", "239.255.255.255:40000",
                           "255.0.0.1:40000", "255.255.255.255:40000"})
    BOOST_TEST(from(peer) == DropReason::source_address, peer);
  for (const char* peer :
       {"[::]:40000", "[ff02::1]:40000", "[ff0e::1:2]:40000", "[::ffff:192.0.2.1]:40000", "[::ffff:0.0.0.0]:40000"})
    BOOST_TEST(from(peer, "[2001:db8::7]:51423") == DropReason::source_address, peer);
  BOOST_TEST((refusal({Endpoint{}.with_port(40000), Endpoint::parse("192.0.2.7:51423"), true}, own_ports) ==
              DropReason::source_address));
}

BOOST_AUTO_TEST_CASE(what_was_sent_to_many_is_refused) {
  BOOST_TEST(from("192.0.2.1:40000", "224.0.0.1:51423") == DropReason::destination);
  BOOST_TEST(from("192.0.2.1:40000", "239.1.2.3:51423") == DropReason::destination);
  BOOST_TEST(from("192.0.2.1:40000", "255.255.255.255:51423", false) == DropReason::destination);
  BOOST_TEST(from("192.0.2.1:40000", "192.0.2.255:51423", false) == DropReason::destination);
  BOOST_TEST(from("[2001:db8::1]:40000", "[ff02::1]:51423") == DropReason::destination);
}

BOOST_AUTO_TEST_CASE(a_datagram_whose_destination_the_kernel_does_not_tell_is_refused) {
  BOOST_TEST(
      (refusal(DatagramPath{Endpoint::parse("192.0.2.1:40000"), {}, false}, own_ports) == DropReason::destination));
}
