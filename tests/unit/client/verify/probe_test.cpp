#include "verify/probe.hpp"

#include <boost/test/unit_test.hpp>

using namespace echopool::client;

namespace {

ProbeIdentity sample(std::uint32_t length = 200) { return {0x1122334455667788, 3, 42, 1'000, 2'000, length}; }

std::vector<std::byte> written(const ProbeIdentity& identity) {
  std::vector<std::byte> datagram(identity.length);
  write_probe(datagram, identity);
  return datagram;
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_probe_is_recognised_when_it_comes_back) {
  for (const std::uint32_t length : {48U, 49U, 64U, 1400U, 65'507U}) {
    const auto datagram = written(sample(length));
    BOOST_TEST((read_probe(datagram) == sample(length)));
    BOOST_TEST(!find_damage(datagram, sample(length)).has_value());
  }
}

BOOST_AUTO_TEST_CASE(damage_to_any_byte_is_found_where_it_is) {
  auto datagram = written(sample());
  for (std::size_t at = 0; at < datagram.size(); ++at) {
    datagram[at] ^= std::byte{0x10};
    BOOST_TEST((find_damage(datagram, sample()) == at));
    BOOST_TEST(read_probe(datagram).has_value() == (at >= probe_header));
    BOOST_TEST(resembles(datagram, sample()));
    datagram[at] ^= std::byte{0x10};
  }
}

BOOST_AUTO_TEST_CASE(a_cut_or_longer_datagram_differs_at_its_end) {
  auto datagram = written(sample());
  datagram.pop_back();
  BOOST_TEST((find_damage(datagram, sample()) == 199U));
  datagram.resize(20);
  BOOST_TEST((find_damage(datagram, sample()) == 20U));
  BOOST_TEST(!read_probe(datagram).has_value());
  BOOST_TEST(resembles(datagram, sample()));
  auto longer = written(sample());
  longer.push_back(std::byte{0});
  BOOST_TEST((find_damage(longer, sample()) == 200U));
}

BOOST_AUTO_TEST_CASE(every_part_of_the_identity_changes_the_whole_datagram) {
  const auto datagram = written(sample());
  for (int part = 0; part < 3; ++part) {
    ProbeIdentity other = sample();
    if (part == 0) other.run ^= 1;
    if (part == 1) other.stream ^= 1;
    if (part == 2) other.sequence ^= 1;
    BOOST_TEST(find_damage(datagram, other).has_value());
    BOOST_TEST(!resembles(datagram, other));
  }
}

BOOST_AUTO_TEST_CASE(anything_else_is_no_probe) {
  BOOST_TEST(!read_probe({}).has_value());
  BOOST_TEST(!read_probe(std::vector<std::byte>(48)).has_value());
  BOOST_TEST(!read_probe(std::vector<std::byte>(1000, std::byte{0x5a})).has_value());
  BOOST_TEST(!resembles(std::vector<std::byte>(200, std::byte{0x5a}), sample()));
  BOOST_TEST(!resembles({}, sample()));
}
