// Numbers as people write and read them: durations, sizes, rates. Internal. Pure functions, any thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace echopool::client {

using Nanoseconds = std::chrono::nanoseconds;

/// `250us`, `10ms`, `1m30s`, `2h`; a plain number is seconds, as in ping, nc and iperf3 (`0.2`). nullopt: not a
/// duration, negative, or more than 292 years.
[[nodiscard]] std::optional<Nanoseconds> parse_duration(std::string_view text);

/// Bytes: `512`, `64K` (1024), `1M`, `2G`; also `64KiB`. nullopt: not a size, or more than 2^63.
[[nodiscard]] std::optional<std::uint64_t> parse_size(std::string_view text);

/// A number of things, `k` being 1000: `5k`, `1.5M`, `200`. nullopt: not a number, or negative.
[[nodiscard]] std::optional<double> parse_rate(std::string_view text);

/// A whole number, decimal digits only.
[[nodiscard]] std::optional<std::uint64_t> parse_count(std::string_view text);

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
