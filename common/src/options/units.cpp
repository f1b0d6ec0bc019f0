#include "options/units.hpp"

#include "suggestion.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>

namespace echopool {
namespace {

struct Unit {
  std::string_view name;
  std::uint64_t factor;
};

// Largest first, so that formatting takes the first that fits.
constexpr std::array duration_units{Unit{"h", 3'600'000}, Unit{"m", 60'000}, Unit{"s", 1'000}, Unit{"ms", 1}};
constexpr std::array size_units{Unit{"G", 1 << 30}, Unit{"M", 1 << 20}, Unit{"K", 1 << 10}, Unit{"", 1}};

[[noreturn]] void refuse(const std::string& why) { throw std::invalid_argument{"must be " + why}; }

/// Digits only, and all of them: no sign, no space, no hexadecimal, no overflow.
std::optional<std::uint64_t> digits(std::string_view text) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (text.empty() || error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return number;
}

/// The number in the smallest unit; nullopt when it is not one or does not fit.
template <std::size_t Count>
std::optional<std::uint64_t> measured(std::string_view text, const std::array<Unit, Count>& units) {
  const auto length = std::min(text.find_first_not_of("0123456789"), text.size());
  const auto number = digits(text.substr(0, length));
  for (const Unit& unit : units) {
    if (unit.name != text.substr(length)) continue;
    if (!number || *number > std::numeric_limits<std::uint64_t>::max() / unit.factor) return std::nullopt;
    return *number * unit.factor;
  }
  return std::nullopt;
}

template <std::size_t Count>
std::string formatted(std::uint64_t value, const std::array<Unit, Count>& units, std::string_view zero) {
  if (value == 0) return std::string{zero};
  for (const Unit& unit : units)
    if (value % unit.factor == 0) return std::to_string(value / unit.factor) + std::string{unit.name};
  return {};
}

std::string duration_range(std::string_view text, Milliseconds least, Milliseconds most) {
  std::string range = "a duration from " + format_duration(least) + " to " + format_duration(most);
  // The commonest slip, and the one whose remedy can be told.
  if (digits(text)) range += " with its unit (ms, s, m or h), such as " + std::string{text} + "s";
  return range;
}

std::optional<Milliseconds> read_duration(std::string_view text, Milliseconds least, Milliseconds most) {
  const auto value = measured(text, duration_units);
  if (!value || *value > static_cast<std::uint64_t>(most.count())) return std::nullopt;
  const Milliseconds duration{static_cast<Milliseconds::rep>(*value)};
  return duration < least ? std::nullopt : std::optional{duration};
}

}  // namespace

Milliseconds to_duration(std::string_view text, Milliseconds least, Milliseconds most) {
  const auto duration = read_duration(text, least, most);
  if (!duration) refuse(duration_range(text, least, most));
  return *duration;
}

Timeout to_timeout(std::string_view text, Milliseconds least, Milliseconds most) {
  if (text == "off") return std::nullopt;
  const auto duration = read_duration(text, least, most);
  if (!duration) refuse(duration_range(text, least, most) + ", or off");
  return duration;
}

ByteSize to_size(std::string_view text, ByteSize least, ByteSize most) {
  const auto bytes = measured(text, size_units);
  if (!bytes || *bytes < least.bytes() || *bytes > most.bytes())
    refuse("a size from " + format_size(least) + " to " + format_size(most) + " in bytes, K, M or G");
  return ByteSize{*bytes};
}

std::uint64_t to_number(std::string_view text, std::uint64_t least, std::uint64_t most) {
  const auto number = digits(text);
  if (!number || *number < least || *number > most)
    refuse("a whole number from " + std::to_string(least) + " to " + std::to_string(most));
  return *number;
}

bool to_switch(std::string_view text) {
  if (text == "on") return true;
  if (text != "off") refuse("on or off");
  return false;
}

std::vector<std::string> to_list(std::string_view text) {
  std::vector<std::string> items;
  if (trimmed(text).empty()) return items;
  for (;;) {
    const auto comma = text.find(',');
    const std::string_view item = trimmed(text.substr(0, comma));
    if (item.empty()) refuse("a list with something on each side of every comma");
    items.emplace_back(item);
    if (comma == std::string_view::npos) return items;
    text.remove_prefix(comma + 1);
  }
}

void refuse_choice(std::string_view text, const std::vector<std::string_view>& choices) {
  std::string words;
  for (const std::string_view choice : choices) words += (words.empty() ? "" : ", ") + std::string{choice};
  refuse("one of " + words + did_you_mean(text, choices));
}

std::string format_duration(Milliseconds duration) {
  return formatted(static_cast<std::uint64_t>(duration.count()), duration_units, "0s");
}

std::string format_size(ByteSize size) { return formatted(size.bytes(), size_units, "0"); }

std::string_view trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

}  // namespace echopool
