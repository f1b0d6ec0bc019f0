#include "cidr.hpp"

#include "printing.hpp"

#include <boost/test/unit_test.hpp>

#include <stdexcept>

using namespace echopool;

namespace {

std::string complaint(std::string_view text) {
  try {
    static_cast<void>(Cidr::parse(text));
  } catch (const std::invalid_argument& error) {
    return error.what();
  }
  return "accepted";
}

bool within(std::string_view block, std::string_view endpoint) {
  return Cidr::parse(block).contains(Endpoint::parse(endpoint));
}

}  // namespace

BOOST_AUTO_TEST_CASE(what_parse_reads_to_string_writes) {
  for (const char* text : {"192.0.2.0/24", "0.0.0.0/0", "192.0.2.1", "2001:db8::/32", "::/0", "::1", "10.0.0.0/7"})
    BOOST_TEST(Cidr::parse(text).to_string() == text);
}

BOOST_AUTO_TEST_CASE(a_single_address_is_its_own_block) {
  BOOST_TEST(Cidr::parse("192.0.2.1").prefix_length == 32U);
  BOOST_TEST(Cidr::parse("192.0.2.1/32") == Cidr::parse("192.0.2.1"));
  BOOST_TEST(Cidr::parse("::1").prefix_length == 128U);
}

BOOST_AUTO_TEST_CASE(a_block_contains_exactly_its_addresses) {
  BOOST_TEST(within("192.0.2.0/24", "192.0.2.255:1"));
  BOOST_TEST(!within("192.0.2.0/24", "192.0.3.0:1"));
  BOOST_TEST(within("192.0.2.128/25", "192.0.2.128:1"));
  BOOST_TEST(!within("192.0.2.128/25", "192.0.2.127:1"));
  BOOST_TEST(within("0.0.0.0/0", "255.255.255.255:1"));
  BOOST_TEST(!within("0.0.0.0/0", "[::1]:1"));
  BOOST_TEST(within("2001:db8::/33", "[2001:db8:7fff::1]:1"));
  BOOST_TEST(!within("2001:db8::/33", "[2001:db8:8000::1]:1"));
  BOOST_TEST(within("::1", "[::1]:1"));
  BOOST_TEST(!within("::1", "[::2]:1"));
}

BOOST_AUTO_TEST_CASE(a_mapped_address_is_the_v4_address_it_carries) {
  BOOST_TEST(within("192.0.2.0/24", "[::ffff:192.0.2.9]:1"));
  BOOST_TEST(!within("::/0", "[::ffff:192.0.2.9]:1"));
  BOOST_TEST(within("::ffff:192.0.2.0/120", "192.0.2.9:1"));
  BOOST_TEST(Cidr::parse("::ffff:192.0.2.0/120").to_string() == "192.0.2.0/24");
}

BOOST_AUTO_TEST_CASE(the_wildcard_lies_in_no_block) {
  BOOST_TEST(!within("0.0.0.0/0", "*:1"));
  BOOST_TEST(!within("::/0", "*:1"));
}

BOOST_AUTO_TEST_CASE(a_wrong_text_is_refused_with_the_remedy) {
  BOOST_TEST(complaint("192.0.2.0/33") == "'192.0.2.0/33' needs a prefix length from 0 to 32");
  BOOST_TEST(complaint("192.0.2.0/") == "'192.0.2.0/' needs a prefix length from 0 to 32");
  BOOST_TEST(complaint("192.0.2.0/-1") == "'192.0.2.0/-1' needs a prefix length from 0 to 32");
  BOOST_TEST(complaint("192.0.2.0/8/8") == "'192.0.2.0/8/8' needs a prefix length from 0 to 32");
  BOOST_TEST(complaint("::/129") == "'::/129' needs a prefix length from 0 to 128");
  BOOST_TEST(complaint("192.0.2.1/24") ==
             "'192.0.2.1/24' has address bits behind its prefix; write 192.0.2.0/24 for the block or 192.0.2.1 for the "
             "one address");
  for (const char* text : {"", "localhost", "192.0.2", "192.0.2.1:7", "[::1]", "192.0.2.0 /24", "fe80::1%lo"})
    BOOST_TEST(complaint(text) ==
               "'" + std::string{text} +
                   "' is not an address block; write 192.0.2.0/24, 2001:db8::/32 or one address without a port");
}
