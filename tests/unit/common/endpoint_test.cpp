#include <echopool/endpoint.hpp>

#include <boost/test/unit_test.hpp>

#include <stdexcept>

using namespace echopool;

namespace {

std::string complaint(std::string_view text) {
  try {
    static_cast<void>(Endpoint::parse(text));
  } catch (const std::invalid_argument& error) {
    return error.what();
  }
  return "accepted";
}

}  // namespace

BOOST_AUTO_TEST_CASE(what_parse_reads_to_string_writes) {
  for (const char* text : {"192.0.2.1:7", "0.0.0.0:0", "[::1]:51423", "[2001:db8::1]:65535", "*:51423"})
    BOOST_TEST(Endpoint::parse(text).to_string() == text);
}

BOOST_AUTO_TEST_CASE(a_link_local_address_keeps_its_interface) {
  const auto endpoint = Endpoint::parse("[fe80::1%lo]:7");
  BOOST_TEST(endpoint.scope() != 0U);
  BOOST_TEST(endpoint.to_string() == "[fe80::1%lo]:7");
}

BOOST_AUTO_TEST_CASE(a_wrong_text_is_refused_with_the_reason) {
  BOOST_TEST(complaint("127.0.0.1") == "'127.0.0.1': no port; write ADDRESS:PORT");
  BOOST_TEST(complaint("[::1]") == "'[::1]': no port; write ADDRESS:PORT");
  BOOST_TEST(complaint("127.0.0.1:70000") == "'127.0.0.1:70000': the port must be a number from 0 to 65535");
  BOOST_TEST(complaint("127.0.0.1:-1") == "'127.0.0.1:-1': the port must be a number from 0 to 65535");
  BOOST_TEST(complaint("127.0.0.1:7x") == "'127.0.0.1:7x': the port must be a number from 0 to 65535");
  BOOST_TEST(complaint("::1:7") == "'::1:7': an IPv6 address stands in brackets: [ADDRESS]:PORT");
  BOOST_TEST(complaint("[::g]:7") == "'[::g]:7': '::g' is not an IPv6 address");
  BOOST_TEST(complaint("[fe80::1%nowhere9]:7") == "'[fe80::1%nowhere9]:7': there is no network interface 'nowhere9'");
  BOOST_TEST(complaint("localhost:7").find("'localhost' is not an IPv4 address") != std::string::npos);
  BOOST_TEST(!Endpoint::try_parse("").has_value());
}

BOOST_AUTO_TEST_CASE(loopback_and_wildcard_see_through_mapped_addresses) {
  BOOST_TEST(Endpoint::parse("127.9.9.9:1").is_loopback());
  BOOST_TEST(Endpoint::parse("[::1]:1").is_loopback());
  BOOST_TEST(Endpoint::parse("[::ffff:127.0.0.1]:1").is_loopback());
  BOOST_TEST(!Endpoint::parse("128.0.0.1:1").is_loopback());
  BOOST_TEST(Endpoint::parse("[::ffff:0.0.0.0]:1").is_wildcard());
  BOOST_TEST(Endpoint::parse("*:1").is_wildcard());
  BOOST_TEST(!Endpoint::parse("[::1]:1").is_wildcard());
  BOOST_TEST(Endpoint::parse("[::ffff:192.0.2.1]:9").unmapped().to_string() == "192.0.2.1:9");
}
