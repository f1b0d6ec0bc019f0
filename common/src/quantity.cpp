#include "quantity.hpp"

#include <array>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <limits>

namespace echopool {
namespace {

using std::chrono::nanoseconds;

struct Unit {
  std::string_view name;
  std::uint64_t factor;
};

constexpr std::array duration_units{Unit{"ns", 1},
                                    Unit{"us", 1'000},
                                    Unit{"ms", 1'000'000},
                                    Unit{"s", 1'000'000'000},
                                    Unit{"m", 60'000'000'000},
                                    Unit{"h", 3'600'000'000'000}};
constexpr std::uint64_t second = 1'000'000'000;
constexpr std::array size_units{Unit{"", 1},          Unit{"B", 1},       Unit{"K", 1 << 10},  Unit{"k", 1 << 10},
                                Unit{"KiB", 1 << 10}, Unit{"M", 1 << 20}, Unit{"m", 1 << 20},  Unit{"MiB", 1 << 20},
                                Unit{"G", 1 << 30},   Unit{"g", 1 << 30}, Unit{"GiB", 1 << 30}};
constexpr std::array rate_units{Unit{"", 1},          Unit{"k", 1'000}, Unit{"K", 1'000},
                                Unit{"M", 1'000'000}, Unit{"/s", 1},    Unit{"k/s", 1'000}};

// Largest first: the first that leaves no remainder is taken.
constexpr std::array written_durations{Unit{"h", 3'600'000}, Unit{"m", 60'000}, Unit{"s", 1'000}, Unit{"ms", 1}};
constexpr std::array written_sizes{Unit{"G", 1 << 30}, Unit{"M", 1 << 20}, Unit{"K", 1 << 10}, Unit{"", 1}};

constexpr std::uint64_t most = std::numeric_limits<std::int64_t>::max();

/// A decimal number, in two parts, so that whole ones stay exact.
struct Number {
  std::uint64_t whole = 0;
  double fraction = 0;
};

/// Reads all of `text`. Returns false if it is more than `into` holds, or something else.
template <class Value>
bool read(std::string_view text, Value& into) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), into);
  return error == std::errc{} && end == text.data() + text.size();
}

/// Takes a decimal number off the front; nullopt when there is none. No sign, no exponent, no hexadecimal.
std::optional<Number> take_number(std::string_view& text) {
  Number number;
  const auto whole = text.substr(0, text.find_first_not_of("0123456789"));
  text.remove_prefix(whole.size());
  std::string_view fraction;
  if (text.starts_with('.')) {
    const auto end = text.find_first_not_of("0123456789", 1);
    fraction = text.substr(0, end);
    text.remove_prefix(fraction.size());
  }
  if (whole.empty() && fraction.size() < 2) return std::nullopt;
  if (!whole.empty() && !read(whole, number.whole)) return std::nullopt;
  if (fraction.size() > 1 && !read(fraction, number.fraction)) return std::nullopt;
  return number;
}

double to_double(const Number& number) { return static_cast<double>(number.whole) + number.fraction; }

template <std::size_t N>
std::optional<std::uint64_t> factor_of(const std::array<Unit, N>& units, std::string_view name) {
  for (const Unit& unit : units)
    if (unit.name == name) return unit.factor;
  return std::nullopt;
}

/// nullopt: more than `most`.
std::optional<std::uint64_t> times(const Number& number, std::uint64_t factor) {
  const auto part = static_cast<std::uint64_t>(std::llround(number.fraction * static_cast<double>(factor)));
  if (number.whole > (most - part) / factor) return std::nullopt;
  return number.whole * factor + part;
}

template <std::size_t N>
std::string written(std::uint64_t value, const std::array<Unit, N>& units, std::string_view zero) {
  if (value == 0) return std::string{zero};
  for (const Unit& unit : units)
    if (value % unit.factor == 0) return std::to_string(value / unit.factor) + std::string{unit.name};
  return {};
}

}  // namespace

std::optional<nanoseconds> parse_duration(std::string_view text, NoUnit no_unit) {
  std::uint64_t total = 0;
  bool first = true;
  do {
    const auto number = take_number(text);
    if (!number) return std::nullopt;
    const auto name = text.substr(0, text.find_first_of("0123456789."));
    const bool bare = first && text.empty() && no_unit == NoUnit::is_seconds;
    const auto factor = bare ? std::optional{second} : factor_of(duration_units, name);
    const auto part = factor ? times(*number, *factor) : std::nullopt;
    if (!part || *part > most - total) return std::nullopt;
    total += *part;
    text.remove_prefix(name.size());
    first = false;
  } while (!text.empty());
  return nanoseconds{static_cast<std::int64_t>(total)};
}

std::optional<std::uint64_t> parse_size(std::string_view text) {
  const auto number = take_number(text);
  const auto factor = factor_of(size_units, text);
  if (!number || !factor) return std::nullopt;
  return times(*number, *factor);
}

std::optional<double> parse_rate(std::string_view text) {
  const auto number = take_number(text);
  const auto factor = factor_of(rate_units, text);
  if (!number || !factor) return std::nullopt;
  return to_double(*number) * static_cast<double>(*factor);
}

std::optional<double> parse_number(std::string_view text) {
  const auto number = take_number(text);
  return number && text.empty() ? std::optional{to_double(*number)} : std::nullopt;
}

std::optional<std::uint64_t> parse_count(std::string_view text) {
  std::uint64_t count = 0;
  if (!read(text, count)) return std::nullopt;
  return count;
}

std::string exact_duration(std::chrono::milliseconds duration) {
  return written(static_cast<std::uint64_t>(duration.count()), written_durations, "0s");
}

std::string exact_size(std::uint64_t bytes) { return written(bytes, written_sizes, "0"); }

}  // namespace echopool
