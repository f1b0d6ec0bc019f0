// Tests: source_key
#include "limits/source_rates.hpp"

#include <boost/test/unit_test.hpp>

#include <cstdint>
#include <random>
#include <string>

using namespace std::chrono_literals;
using echopool::Endpoint;
using echopool::Rate;
using echopool::SourceRates;
using echopool::TokenBucket;

namespace {

constexpr Rate rate{1000, 5};
constexpr std::uint64_t seed = 0x9e3779b97f4a7c15;
const TokenBucket::Time start{1h};

Endpoint at(const std::string& text) { return Endpoint::parse(text); }

Endpoint forged(std::uint32_t number) {
  const Endpoint::Bytes bytes{static_cast<std::uint8_t>(16 + (number >> 24 & 63U)),
                              static_cast<std::uint8_t>(number >> 16), static_cast<std::uint8_t>(number >> 8),
                              static_cast<std::uint8_t>(number)};
  return Endpoint{Endpoint::Family::v4, bytes, 5000};
}

int take_all(SourceRates& rates, const Endpoint& source, TokenBucket::Time now = start) {
  int taken = 0;
  while (taken < 1000 && rates.take(rate, source, now)) ++taken;
  return taken;
}

}  // namespace

BOOST_AUTO_TEST_CASE(each_address_has_an_allowance_of_its_own_whatever_its_port) {
  SourceRates rates;
  BOOST_TEST(take_all(rates, at("192.0.2.1:5000")) == 5);
  BOOST_TEST(take_all(rates, at("192.0.2.1:5001")) == 0);
  BOOST_TEST(take_all(rates, at("192.0.2.2:5000")) == 5);
  BOOST_TEST(take_all(rates, at("192.0.2.1:5000"), start + 3ms) == 3);
}

BOOST_AUTO_TEST_CASE(the_addresses_of_one_ipv6_64_share_an_allowance) {
  SourceRates rates;
  BOOST_TEST(take_all(rates, at("[2001:db8:1:2::1]:5000")) == 5);
  BOOST_TEST(take_all(rates, at("[2001:db8:1:2:ffff::9]:5000")) == 0);
  BOOST_TEST(take_all(rates, at("[2001:db8:1:3::1]:5000")) == 5);
}

BOOST_AUTO_TEST_CASE(an_ipv4_mapped_address_is_the_ipv4_address_it_carries) {
  SourceRates rates;
  BOOST_TEST(take_all(rates, at("192.0.2.1:5000")) == 5);
  BOOST_TEST(take_all(rates, at("[::ffff:192.0.2.1]:5000")) == 0);
  BOOST_TEST(take_all(rates, at("[::1]:5000")) == 5);
}

BOOST_AUTO_TEST_CASE(a_newcomer_to_a_full_table_gets_its_whole_allowance) {
  SourceRates rates{4, seed};
  for (std::uint32_t i = 0; i < 1'000; ++i) BOOST_REQUIRE(rates.take(rate, forged(i), start));
  BOOST_TEST(take_all(rates, at("192.0.2.1:5000")) == 5);
}

BOOST_AUTO_TEST_CASE(a_source_that_has_used_up_its_allowance_stays_capped_among_forged_ones) {
  for (const std::size_t capacity : {4U, 64U, 4096U}) {
    SourceRates rates{capacity, seed};
    const Endpoint victim = at("192.0.2.1:5000");
    // For half a second, every 5 us a datagram that pretends to come from the victim, and one from anywhere.
    int taken = 0;
    std::uint32_t number = 0;
    for (auto now = start; now < start + 500ms; now += 5us) {
      taken += rates.take(rate, victim, now) ? 1 : 0;
      BOOST_REQUIRE(rates.take(rate, forged(number++), now));
    }
    BOOST_TEST(taken >= 500);
    BOOST_TEST(taken <= 505);
  }
}

BOOST_AUTO_TEST_CASE(forged_sources_do_not_block_an_honest_one_within_its_cap) {
  SourceRates rates{64, seed};
  const Endpoint honest = at("192.0.2.1:5000");
  std::uint32_t number = 0;
  int refused = 0;
  for (auto now = start; now < start + 500ms; now += 10us) {
    static_cast<void>(rates.take(rate, forged(number++ % 2'000), now));
    if (number % 100 == 0) refused += rates.take(rate, honest, now) ? 0 : 1;
  }
  BOOST_TEST(refused == 0);
}

BOOST_AUTO_TEST_CASE(ordinary_numbers_of_sources_do_not_disturb_one_another) {
  std::mt19937_64 seeds;
  for (int round = 0; round < 200; ++round) {
    SourceRates rates{SourceRates::default_capacity, seeds()};
    // Neighbours, as a subnet has them.
    for (std::uint32_t i = 0; i < 1'000; ++i) take_all(rates, forged(i));
    int again = 0;
    for (std::uint32_t i = 0; i < 1'000; ++i) again += take_all(rates, forged(i));
    // 1,000 sources in 1,024 sets of four: that more than four share one happens, but to few.
    BOOST_TEST(again <= 150);
  }
}

BOOST_AUTO_TEST_CASE(tables_of_one_process_do_not_share_their_secret) {
  // Which of five sources has to make way in a table of eight tells the seeds apart, most of the time.
  const auto displaced = [] {
    SourceRates rates{8};
    std::string admitted;
    for (std::uint32_t i = 0; i < 24; ++i) take_all(rates, forged(i));
    for (std::uint32_t i = 0; i < 24; ++i) admitted += rates.take(rate, forged(i), start) ? 'x' : '-';
    return admitted;
  };
  const std::string first = displaced();
  bool differs = false;
  for (int i = 0; i < 50 && !differs; ++i) differs = displaced() != first;
  BOOST_TEST(differs);
}
