// Numbers as the client shows them to people. How people write them is in quantity.hpp. Internal. Pure functions, any
// thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace echopool::client {

using Nanoseconds = std::chrono::nanoseconds;

/// Three significant digits and the unit that suits: `812 ns`, `45.1 us`, `1.23 ms`, `2.50 s`, `1500 s`.
[[nodiscard]] std::string format_duration(Nanoseconds duration);

/// `812 B`, `1.18 MiB`.
[[nodiscard]] std::string format_size(std::uint64_t bytes);

/// A decimal number without an exponent, to nine places, as short as it goes: `0.000001`, `2.5`, `10`.
[[nodiscard]] std::string plain_number(double value);

/// With separators: `1,234,567`.
[[nodiscard]] std::string format_count(std::uint64_t count);

/// `1 answer`, `1,024 answers`: for what takes an s.
[[nodiscard]] std::string counted(std::uint64_t count, std::string_view what);

/// `1 byte`, `2 bytes`, `1,024 bytes`.
[[nodiscard]] std::string format_bytes(std::uint64_t bytes);

}  // namespace echopool::client
