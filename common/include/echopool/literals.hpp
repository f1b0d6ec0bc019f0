// Values that are easily confused get types of their own: sizes are ByteSize, times are std::chrono durations.
// Installed. Plain values, any thread.
#pragma once

#include <chrono>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <optional>

namespace echopool {

/// A number of bytes. Constructed explicitly, or with a literal: `4_KiB`, `1_MiB`, `512_B`.
class ByteSize {
 public:
  constexpr ByteSize() noexcept = default;
  /// So many bytes.
  constexpr explicit ByteSize(std::uint64_t bytes) noexcept : bytes_{bytes} {}

  /// The number itself.
  [[nodiscard]] constexpr std::size_t bytes() const noexcept { return bytes_; }
  /// By number.
  constexpr auto operator<=>(const ByteSize&) const noexcept = default;

 private:
  std::uint64_t bytes_ = 0;
};

/// A time limit. `std::nullopt` is "off": no limit.
using Timeout = std::optional<std::chrono::milliseconds>;

inline namespace literals {
using namespace std::chrono_literals;

/// Bytes: `512_B`.
constexpr ByteSize operator""_B(unsigned long long bytes) noexcept { return ByteSize{bytes}; }
/// Times 1,024: `4_KiB`.
constexpr ByteSize operator""_KiB(unsigned long long kibibytes) noexcept { return ByteSize{kibibytes << 10}; }
/// Times 1,048,576: `1_MiB`.
constexpr ByteSize operator""_MiB(unsigned long long mebibytes) noexcept { return ByteSize{mebibytes << 20}; }
}  // namespace literals

}  // namespace echopool
