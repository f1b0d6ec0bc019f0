// Bytes that look random and are known to both ends of a measurement: a function of a key and of their place in the
// stream. Internal. Pure functions, any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

namespace echopool::client {

/// Eight bytes of the pattern: the finaliser of SplitMix64 (Steele, Lea, Flood, OOPSLA 2014) over a counter.
[[nodiscard]] constexpr std::uint64_t pattern_word(std::uint64_t key, std::uint64_t index) noexcept {
  std::uint64_t z = key + (index + 1) * 0x9e3779b97f4a7c15U;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9U;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebU;
  return z ^ (z >> 31);
}

/// Writes the pattern's bytes from `offset` on.
void fill_pattern(std::span<std::byte> bytes, std::uint64_t key, std::uint64_t offset) noexcept;

/// The place in `bytes` of the first byte that is not the pattern's, or nullopt.
[[nodiscard]] std::optional<std::size_t> find_difference(std::span<const std::byte> bytes, std::uint64_t key,
                                                         std::uint64_t offset) noexcept;

/// The pattern's byte at `offset`.
[[nodiscard]] std::byte pattern_byte(std::uint64_t key, std::uint64_t offset) noexcept;

/// A key that no other run has: from the kernel's random numbers (getrandom(2)).
[[nodiscard]] std::uint64_t random_key();

}  // namespace echopool::client
