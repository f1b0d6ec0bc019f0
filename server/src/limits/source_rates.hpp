// One token bucket per source address in a table of fixed size. Internal. Belongs to one thread.
#pragma once

#include "limits/token_bucket.hpp"

#include <echopool/endpoint.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <random>
#include <vector>

namespace echopool {

/// A source is an IPv4 address or an IPv6 /64 (source_key.hpp).
///
/// Memory is allocated once, in the constructor: 24 bytes a source. When more sources are active than there is room
/// for, a new one takes the place of the fullest bucket of its set: dropping that one grants the fewest extra tokens.
/// So forged sources never block an honest one beyond its own rate, and never lift the limit from a source that uses it
/// up, whose bucket is the emptiest. Each forged address gains one burst, which it has anyhow; a rate for all sources
/// together has to bound that.
class SourceRates {
 public:
  static constexpr std::size_t default_capacity = 4096;

  /// `capacity` is rounded up to a power of two. `seed` decides which sources share a set, and an outsider must not
  /// know it; only tests pass one.
  explicit SourceRates(std::size_t capacity = default_capacity, std::uint64_t seed = random_seed());

  /// Takes one of `source`'s tokens; false when it has none.
  [[nodiscard]] bool take(const Rate& rate, const Endpoint& source, TokenBucket::Time now) noexcept;

 private:
  /// A zero key is also that of ::/64; an unused entry then acts as its full bucket, which is correct.
  struct Entry {
    std::uint64_t key = 0;
    TokenBucket bucket;
  };
  using Set = std::array<Entry, 4>;

  static std::uint64_t random_seed();
  [[nodiscard]] Set& set_of(std::uint64_t key) noexcept;

  std::vector<Set> sets_;
  std::uint64_t multiplier_;
};

}  // namespace echopool
