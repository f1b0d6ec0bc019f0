#include "measure/format.hpp"

#include <array>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <limits>

namespace echopool::client {
namespace {

struct Unit {
  std::string_view name;
  double factor;
};

constexpr std::array duration_units{Unit{"ns", 1},  Unit{"us", 1e3}, Unit{"ms", 1e6},
                                    Unit{"s", 1e9}, Unit{"m", 60e9}, Unit{"h", 3600e9}};
constexpr std::array size_units{Unit{"", 1},         Unit{"B", 1},      Unit{"K", 0x1p10},  Unit{"k", 0x1p10},
                                Unit{"KiB", 0x1p10}, Unit{"M", 0x1p20}, Unit{"m", 0x1p20},  Unit{"MiB", 0x1p20},
                                Unit{"G", 0x1p30},   Unit{"g", 0x1p30}, Unit{"GiB", 0x1p30}};
constexpr std::array rate_units{Unit{"", 1},    Unit{"k", 1e3}, Unit{"K", 1e3},
                                Unit{"M", 1e6}, Unit{"/s", 1},  Unit{"k/s", 1e3}};

/// Takes a decimal number off the front; nullopt when there is none. No sign, no exponent, no hexadecimal.
std::optional<double> take_number(std::string_view& text) {
  const auto length = text.find_first_not_of("0123456789.");
  const auto digits = text.substr(0, length);
  double number = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  if (digits.empty() || error != std::errc{} || end != digits.data() + digits.size()) return std::nullopt;
  text.remove_prefix(digits.size());
  return number;
}

template <std::size_t N>
std::optional<double> factor_of(const std::array<Unit, N>& units, std::string_view name) {
  for (const Unit& unit : units)
    if (unit.name == name) return unit.factor;
  return std::nullopt;
}

std::string three_digits(double value, const char* unit) {
  std::array<char, 48> text{};
  const int precision = value < 10 ? 2 : value < 100 ? 1 : 0;
  std::snprintf(text.data(), text.size(), "%.*f %s", precision, value, unit);
  return text.data();
}

}  // namespace

std::optional<Nanoseconds> parse_duration(std::string_view text) {
  double total = 0;
  bool first = true;
  do {
    const auto number = take_number(text);
    if (!number) return std::nullopt;
    const auto name = text.substr(0, text.find_first_of("0123456789."));
    const auto factor = first && text.empty() ? std::optional{1e9} : factor_of(duration_units, name);
    if (!factor) return std::nullopt;
    total += *number * *factor;
    text.remove_prefix(name.size());
    first = false;
  } while (!text.empty());
  if (total >= static_cast<double>(std::numeric_limits<std::int64_t>::max())) return std::nullopt;
  return Nanoseconds{static_cast<std::int64_t>(std::llround(total))};
}

std::optional<std::uint64_t> parse_size(std::string_view text) {
  const auto number = take_number(text);
  const auto factor = factor_of(size_units, text);
  if (!number || !factor || *number * *factor >= 0x1p63) return std::nullopt;
  return static_cast<std::uint64_t>(*number * *factor);
}

std::optional<double> parse_rate(std::string_view text) {
  const auto number = take_number(text);
  const auto factor = factor_of(rate_units, text);
  if (!number || !factor) return std::nullopt;
  return *number * *factor;
}

std::optional<std::uint64_t> parse_count(std::string_view text) {
  std::uint64_t count = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return count;
}

std::string format_duration(Nanoseconds duration) {
  const auto ns = static_cast<double>(duration.count());
  // The limits are where three digits would round up into the next unit.
  if (ns < 1e3) return std::to_string(duration.count()) + " ns";
  if (ns < 999.5e3) return three_digits(ns / 1e3, "us");
  if (ns < 999.5e6) return three_digits(ns / 1e6, "ms");
  return three_digits(ns / 1e9, "s");
}

std::string format_size(std::uint64_t bytes) {
  const auto value = static_cast<double>(bytes);
  if (value < 0x1p10) return std::to_string(bytes) + " B";
  if (value < 0x1p20) return three_digits(value / 0x1p10, "KiB");
  if (value < 0x1p30) return three_digits(value / 0x1p20, "MiB");
  return three_digits(value / 0x1p30, "GiB");
}

std::string plain_number(double value) {
  std::array<char, 352> text{};  // DBL_MAX has 309 digits
  std::snprintf(text.data(), text.size(), "%.9f", value);
  std::string result{text.data()};
  result.erase(result.find_last_not_of('0') + 1);
  if (result.ends_with('.')) result.pop_back();
  return result == "-0" ? "0" : result;
}

std::string format_count(std::uint64_t count) {
  std::string digits = std::to_string(count);
  for (auto at = static_cast<std::ptrdiff_t>(digits.size()) - 3; at > 0; at -= 3)
    digits.insert(static_cast<std::size_t>(at), 1, ',');
  return digits;
}

std::string counted(std::uint64_t count, std::string_view what) {
  return format_count(count).append(" ").append(what).append(count == 1 ? "" : "s");
}

std::string format_bytes(std::uint64_t bytes) { return counted(bytes, "byte"); }

}  // namespace echopool::client
