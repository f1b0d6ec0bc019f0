#include "options/units.hpp"

#include "quantity.hpp"
#include "suggestion.hpp"

namespace echopool {
namespace {

[[noreturn]] void refuse(const std::string& why) { throw std::invalid_argument{"must be " + why}; }

std::string duration_range(std::string_view text, Milliseconds least, Milliseconds most) {
  std::string range = "a duration from " + exact_duration(least) + " to " + exact_duration(most);
  // The commonest slip, and the one whose remedy can be told.
  if (parse_count(text)) range += " with its unit (ms, s, m or h), such as " + std::string{text} + "s";
  return range;
}

/// Whole milliseconds: a finer duration is refused, not rounded.
std::optional<Milliseconds> read_duration(std::string_view text, Milliseconds least, Milliseconds most) {
  const auto duration = parse_duration(text, NoUnit::is_refused);
  if (!duration || *duration > most || *duration < least) return std::nullopt;
  const auto whole = std::chrono::duration_cast<Milliseconds>(*duration);
  return whole == *duration ? std::optional{whole} : std::nullopt;
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
  const auto bytes = parse_size(text);
  if (!bytes || *bytes < least.bytes() || *bytes > most.bytes())
    refuse("a size from " + exact_size(least.bytes()) + " to " + exact_size(most.bytes()) + " in bytes, K, M or G");
  return ByteSize{*bytes};
}

std::uint64_t to_number(std::string_view text, std::uint64_t least, std::uint64_t most) {
  const auto number = parse_count(text);
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

std::string_view trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

}  // namespace echopool
