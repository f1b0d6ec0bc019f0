#include "verify/pattern.hpp"

#include <boost/test/unit_test.hpp>

#include <set>

using namespace echopool::client;

BOOST_AUTO_TEST_CASE(the_pattern_is_the_same_however_it_is_cut) {
  std::vector<std::byte> whole(1000);
  fill_pattern(whole, 7, 3);
  for (std::size_t at = 0; at < whole.size(); at += 13) {
    std::vector<std::byte> part(std::min<std::size_t>(13, whole.size() - at));
    fill_pattern(part, 7, 3 + at);
    BOOST_TEST(std::equal(part.begin(), part.end(), whole.begin() + static_cast<std::ptrdiff_t>(at)));
    BOOST_TEST((pattern_byte(7, 3 + at) == whole[at]));
  }
}

BOOST_AUTO_TEST_CASE(a_change_of_any_one_byte_is_found_where_it_is) {
  std::vector<std::byte> bytes(100);
  fill_pattern(bytes, 7, 5);
  BOOST_TEST(!find_difference(bytes, 7, 5).has_value());
  for (std::size_t at = 0; at < bytes.size(); ++at) {
    bytes[at] ^= std::byte{1};
    BOOST_TEST((find_difference(bytes, 7, 5) == at));
    bytes[at] ^= std::byte{1};
  }
}

BOOST_AUTO_TEST_CASE(another_key_or_place_gives_another_pattern) {
  std::vector<std::byte> bytes(64);
  fill_pattern(bytes, 7, 0);
  BOOST_TEST(find_difference(bytes, 8, 0).has_value());
  BOOST_TEST(find_difference(bytes, 7, 8).has_value());
  BOOST_TEST(find_difference(bytes, 7, 1).has_value());
}

BOOST_AUTO_TEST_CASE(keys_are_not_repeated) {
  std::set<std::uint64_t> keys;
  for (int i = 0; i < 1000; ++i) keys.insert(random_key());
  BOOST_TEST(keys.size() == 1000U);
}
