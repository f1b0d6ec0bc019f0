// Values as an operator writes them, within their bounds, read strictly: nothing is guessed, rounded or cut off.
// Internal. Pure functions, any thread. What is not a value of its kind throws std::invalid_argument with "must be …":
// what would be right. quantity.hpp has the grammar of numbers.
#pragma once

#include <echopool/literals.hpp>

#include <cassert>
#include <chrono>
#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace echopool {

using Milliseconds = std::chrono::milliseconds;

/// `250ms`, `30s`, `1m30s`, `1h`: always with a unit, and of whole milliseconds.
[[nodiscard]] Milliseconds to_duration(std::string_view text, Milliseconds least, Milliseconds most);
/// A duration, or `off`: no limit.
[[nodiscard]] Timeout to_timeout(std::string_view text, Milliseconds least, Milliseconds most);

/// Bytes: `512`, `64K`, `1.5M`, `1G`, powers of 1024.
[[nodiscard]] ByteSize to_size(std::string_view text, ByteSize least, ByteSize most);

/// Decimal digits alone.
[[nodiscard]] std::uint64_t to_number(std::string_view text, std::uint64_t least, std::uint64_t most);

/// A number of things, in the type that holds it; the upper limit must fit.
template <std::integral Integer>
[[nodiscard]] Integer to_count(std::string_view text, std::uint64_t least, std::uint64_t most) {
  assert(std::in_range<Integer>(most));
  return static_cast<Integer>(to_number(text, least, most));
}

/// A number of things, or `off`: no limit.
template <std::integral Integer>
[[nodiscard]] std::optional<Integer> to_limit(std::string_view text, std::uint64_t most) {
  if (text == "off") return std::nullopt;
  try {
    return to_count<Integer>(text, 1, most);
  } catch (const std::invalid_argument& error) {
    throw std::invalid_argument{std::string{error.what()} + ", or off"};
  }
}

/// `on` or `off`.
[[nodiscard]] bool to_switch(std::string_view text);

/// The items between commas, white space around them removed; nothing at all is an empty list, an empty item an error.
[[nodiscard]] std::vector<std::string> to_list(std::string_view text);

/// Throws "must be one of …", with the nearest of them when `text` is nearly one.
[[noreturn]] void refuse_choice(std::string_view text, const std::vector<std::string_view>& choices);

/// The value that goes with the word.
template <class Value>
[[nodiscard]] Value to_choice(std::string_view text,
                              std::initializer_list<std::pair<std::string_view, Value>> choices) {
  std::vector<std::string_view> words;
  for (const auto& [word, value] : choices) {
    if (word == text) return value;
    words.push_back(word);
  }
  refuse_choice(text, words);
}

/// Without the white space (space, tab) around it.
[[nodiscard]] std::string_view trimmed(std::string_view text);

}  // namespace echopool
