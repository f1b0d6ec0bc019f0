#include "limits/access_list.hpp"

#include "cidr.hpp"

#include <boost/test/unit_test.hpp>

#include <random>
#include <stdexcept>
#include <string>
#include <vector>

using echopool::AccessList;
using echopool::AccessSettings;
using echopool::Cidr;
using echopool::Endpoint;

namespace {

bool admits(const AccessSettings& settings, const std::string& address) {
  return AccessList{settings}.admits(Endpoint::parse(address + ":5000"));
}

/// The rule as the documentation has it, word for word.
bool rule(const AccessSettings& settings, const Endpoint& peer) {
  int best = -1;
  bool admitted = settings.allow.empty();
  const auto consider = [&](const std::vector<std::string>& texts, bool verdict) {
    for (const std::string& text : texts) {
      const Cidr block = Cidr::parse(text);
      const int length = static_cast<int>(block.prefix_length);
      if (!block.contains(peer) || length < best || (length == best && verdict)) continue;
      best = length;
      admitted = verdict;
    }
  };
  consider(settings.allow, true);
  consider(settings.deny, false);
  return admitted;
}

}  // namespace

BOOST_AUTO_TEST_CASE(empty_lists_admit_everyone) {
  BOOST_TEST(admits({}, "192.0.2.1"));
  BOOST_TEST(admits({}, "[2001:db8::1]"));
}

BOOST_AUTO_TEST_CASE(without_an_allow_list_all_that_is_not_denied_is_admitted) {
  const AccessSettings settings{{}, {"192.0.2.0/24", "2001:db8::/32"}};
  BOOST_TEST(!admits(settings, "192.0.2.0"));
  BOOST_TEST(!admits(settings, "192.0.2.255"));
  BOOST_TEST(admits(settings, "192.0.1.255"));
  BOOST_TEST(admits(settings, "192.0.3.0"));
  BOOST_TEST(!admits(settings, "[2001:db8:ffff::1]"));
  BOOST_TEST(admits(settings, "[2001:db9::]"));
}

BOOST_AUTO_TEST_CASE(with_an_allow_list_what_matches_nothing_is_denied) {
  const AccessSettings settings{{"192.0.2.0/24"}, {}};
  BOOST_TEST(admits(settings, "192.0.2.77"));
  BOOST_TEST(!admits(settings, "198.51.100.1"));
  BOOST_TEST(!admits(settings, "[2001:db8::1]"));
}

BOOST_AUTO_TEST_CASE(the_longest_matching_prefix_wins) {
  const AccessSettings settings{{"10.0.0.0/8", "10.1.2.0/24"}, {"10.1.0.0/16", "10.1.2.3"}};
  BOOST_TEST(admits(settings, "10.0.255.255"));
  BOOST_TEST(!admits(settings, "10.1.0.0"));
  BOOST_TEST(admits(settings, "10.1.2.2"));
  BOOST_TEST(!admits(settings, "10.1.2.3"));
  BOOST_TEST(admits(settings, "10.1.2.4"));
  BOOST_TEST(!admits(settings, "10.1.3.0"));
  BOOST_TEST(admits(settings, "10.2.0.0"));
  BOOST_TEST(!admits(settings, "11.0.0.0"));
}

BOOST_AUTO_TEST_CASE(a_tie_denies) {
  BOOST_TEST(!admits({{"192.0.2.0/24"}, {"192.0.2.0/24"}}, "192.0.2.1"));
  BOOST_TEST(!admits({{"2001:db8::1"}, {"2001:db8::1"}}, "[2001:db8::1]"));
}

BOOST_AUTO_TEST_CASE(an_ipv4_mapped_peer_is_judged_as_ipv4) {
  const AccessSettings settings{{}, {"192.0.2.0/24"}};
  BOOST_TEST(!admits(settings, "[::ffff:192.0.2.1]"));
  BOOST_TEST(admits(settings, "[::ffff:192.0.3.1]"));
}

BOOST_AUTO_TEST_CASE(a_rule_for_all_of_one_family_leaves_the_other_alone) {
  BOOST_TEST(admits({{}, {"::/0"}}, "192.0.2.1"));
  BOOST_TEST(!admits({{}, {"::/0"}}, "[2001:db8::1]"));
  BOOST_TEST(!admits({{}, {"0.0.0.0/0"}}, "255.255.255.255"));
  BOOST_TEST(admits({{}, {"0.0.0.0/0"}}, "[::1]"));
}

BOOST_AUTO_TEST_CASE(the_first_and_the_last_address_of_a_family_can_be_named) {
  const AccessSettings settings{{}, {"0.0.0.0", "255.255.255.255", "::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"}};
  BOOST_TEST(!admits(settings, "0.0.0.0"));
  BOOST_TEST(admits(settings, "0.0.0.1"));
  BOOST_TEST(admits(settings, "255.255.255.254"));
  BOOST_TEST(!admits(settings, "255.255.255.255"));
  BOOST_TEST(!admits(settings, "[::]"));
  BOOST_TEST(admits(settings, "[::1]"));
  BOOST_TEST(!admits(settings, "[ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff]"));
}

BOOST_AUTO_TEST_CASE(what_is_no_address_block_is_refused_by_name) {
  BOOST_CHECK_EXCEPTION(
      (AccessList{{{"192.0.2.0/24"}, {"192.0.2.300"}}}), std::invalid_argument,
      [](const std::exception& error) { return std::string{error.what()}.find("192.0.2.300") != std::string::npos; });
}

BOOST_AUTO_TEST_CASE(random_lists_are_judged_as_the_rule_says) {
  std::minstd_rand random{5};
  // Few distinct bits, so that blocks nest, repeat and touch.
  const auto address = [&random](bool v6, unsigned length) {
    Endpoint::Bytes bytes{};
    const unsigned bits = v6 ? 128 : 32;
    for (unsigned bit = 0; bit < bits; ++bit)
      if (bit < length && (bit < 4 || bit >= bits - 4) && random() % 2 == 0)
        bytes[bit / 8] = static_cast<std::uint8_t>(bytes[bit / 8] | 0x80U >> bit % 8);
    return Endpoint{v6 ? Endpoint::Family::v6 : Endpoint::Family::v4, bytes, 1};
  };
  for (int round = 0; round < 300; ++round) {
    AccessSettings settings;
    for (auto* list : {&settings.allow, &settings.deny})
      for (auto entries = random() % 8; entries > 0; --entries) {
        const bool v6 = random() % 3 == 0;
        const unsigned bits = v6 ? 128 : 32;
        const auto length = static_cast<unsigned>(random() % 2 == 0 ? random() % 5 : bits - random() % 5);
        list->push_back(address(v6, length).address_string() + "/" + std::to_string(length));
      }
    const AccessList list{settings};
    for (int probe = 0; probe < 200; ++probe) {
      const Endpoint peer = address(probe % 3 == 0, 128);
      BOOST_REQUIRE_EQUAL(list.admits(peer), rule(settings, peer));
    }
  }
}
