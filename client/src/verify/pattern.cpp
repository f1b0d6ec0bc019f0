#include "verify/pattern.hpp"

#include <sys/random.h>

#include <algorithm>
#include <bit>
#include <cerrno>
#include <cstring>
#include <system_error>

namespace echopool::client {
namespace {

static_assert(std::endian::native == std::endian::little,
              "the pattern's bytes are laid out for little-endian machines");

std::byte byte_of(std::uint64_t word, std::uint64_t place) noexcept {
  return static_cast<std::byte>((word >> (8 * place)) & 0xff);
}

}  // namespace

std::byte pattern_byte(std::uint64_t key, std::uint64_t offset) noexcept {
  return byte_of(pattern_word(key, offset / 8), offset % 8);
}

void fill_pattern(std::span<std::byte> bytes, std::uint64_t key, std::uint64_t offset) noexcept {
  while (!bytes.empty()) {
    const std::uint64_t word = pattern_word(key, offset / 8) >> (8 * (offset % 8));
    const std::size_t size = std::min<std::size_t>(bytes.size(), 8 - offset % 8);
    std::memcpy(bytes.data(), &word, size);
    bytes = bytes.subspan(size);
    offset += size;
  }
}

std::optional<std::size_t> find_difference(std::span<const std::byte> bytes, std::uint64_t key,
                                           std::uint64_t offset) noexcept {
  for (std::size_t at = 0; at < bytes.size();) {
    const std::uint64_t word = pattern_word(key, offset / 8) >> (8 * (offset % 8));
    const std::size_t size = std::min<std::size_t>(bytes.size() - at, 8 - offset % 8);
    if (std::memcmp(bytes.data() + at, &word, size) != 0)
      for (std::size_t i = 0; i < size; ++i)
        if (bytes[at + i] != byte_of(word, i)) return at + i;
    at += size;
    offset += size;
  }
  return std::nullopt;
}

std::uint64_t random_key() {
  std::uint64_t key = 0;
  if (::getrandom(&key, sizeof key, 0) != sizeof key)
    throw std::system_error{errno, std::generic_category(), "cannot get random numbers from the kernel"};
  return key;
}

}  // namespace echopool::client
