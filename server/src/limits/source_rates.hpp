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
/// for, the bucket that is nearest to full makes way, since forgetting it forgives the least, and the newcomer starts
/// with a full one. So forged sources never block an honest one beyond its own cap, and never lift the cap from a
/// source that is using it up: its bucket is the emptiest and the last to go. What they gain is a fresh burst for each
/// forged address, which is theirs anyhow; a cap on all sources together has to bound that.
class SourceRates {
 public:
  static constexpr std::size_t default_capacity = 4096;

  /// `capacity` is rounded up to a power of two. `seed` decides which sources share a set, and an outsider must not
  /// know it; only tests pass one.
  explicit SourceRates(std::size_t capacity = default_capacity, std::uint64_t seed = random_seed());

  /// Takes one of `source`'s tokens; false when it has none.
  [[nodiscard]] bool take(const Rate& rate, const Endpoint& source, TokenBucket::Time now) noexcept;

 private:
  /// An unused entry is a full bucket of ::/64, and that is what it does when ::1 comes along.
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
