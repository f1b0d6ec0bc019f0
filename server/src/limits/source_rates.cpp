#include "limits/source_rates.hpp"

#include "limits/source_key.hpp"

#include <algorithm>
#include <bit>
#include <cassert>

namespace echopool {

SourceRates::SourceRates(std::size_t capacity, std::uint64_t seed)
    : sets_(std::bit_ceil((capacity + Set{}.size() - 1) / Set{}.size())), multiplier_{seed | 1} {
  assert(capacity > 0);
}

bool SourceRates::take(const Rate& rate, const Endpoint& source, TokenBucket::Time now) noexcept {
  const std::uint64_t key = source_key(source);
  Set& set = set_of(key);
  for (Entry& entry : set)
    if (entry.key == key) return entry.bucket.take(rate, now);

  Entry& fullest = *std::max_element(set.begin(), set.end(), [&](const Entry& left, const Entry& right) {
    return left.bucket.credit(rate, now) < right.bucket.credit(rate, now);
  });
  fullest = Entry{key, {}};
  return fullest.bucket.take(rate, now);
}

// Multiply-shift hashing (Dietzfelbinger et al., 1997), twice: once would put runs of neighbouring addresses into few
// sets for some multipliers. Without the multiplier no keys can be chosen that share a set.
SourceRates::Set& SourceRates::set_of(std::uint64_t key) noexcept {
  const auto bits = static_cast<unsigned>(std::countr_zero(sets_.size()));
  std::uint64_t hash = key * multiplier_;
  hash = (hash ^ hash >> 32) * multiplier_;
  return sets_[bits == 0 ? 0 : hash >> (64 - bits)];
}

std::uint64_t SourceRates::random_seed() {
  std::random_device random;
  return std::uint64_t{random()} << 32 | random();
}

}  // namespace echopool
