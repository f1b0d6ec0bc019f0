// Numbers as people write them: durations, sizes, rates and counts. The one grammar, for the daemon's options and the
// client's. Internal. Pure functions, any thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace echopool {

/// What a duration without a unit means.
enum class NoUnit : std::uint8_t {
  is_refused,
  is_seconds,  ///< as in ping(8), nc(1) and iperf3(1)
};

/// `250us`, `10ms`, `1.5s`, `1m30s`, `2h`. nullopt: not a duration, negative, or more than 292 years.
[[nodiscard]] std::optional<std::chrono::nanoseconds> parse_duration(std::string_view text, NoUnit no_unit);

/// Bytes: `512`, `64K` (1024), `1.5M`, `2G`; also `64KiB`, `64k`. nullopt: not a size, or 2^63 and more.
[[nodiscard]] std::optional<std::uint64_t> parse_size(std::string_view text);

/// A number of things, `k` being 1000: `5k`, `1.5M`, `200`, `200/s`. nullopt: not a number, or negative.
[[nodiscard]] std::optional<double> parse_rate(std::string_view text);

/// A decimal number: `2`, `0.25`. nullopt: something else, or a sign.
[[nodiscard]] std::optional<double> parse_number(std::string_view text);

/// A whole number, decimal digits only. nullopt: something else, or 2^64 and more.
[[nodiscard]] std::optional<std::uint64_t> parse_count(std::string_view text);

/// As the functions above read them, in the largest unit without a remainder: `90s`, `64K`.
[[nodiscard]] std::string exact_duration(std::chrono::milliseconds duration);
[[nodiscard]] std::string exact_size(std::uint64_t bytes);

}  // namespace echopool
