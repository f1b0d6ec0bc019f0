// What a failed check prints of values that have no operator<<: enumerators by name, times, addresses, and optional
// ones of these. For tests only. Included by every test that compares such values; any thread may call.
#pragma once

#include <echopool/literals.hpp>

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <cstddef>
#include <optional>
#include <ostream>
#include <ratio>
#include <string_view>
#include <type_traits>
#include <utility>

namespace echopool::test {

/// The enumerator, as the compiler spells it: "echopool::EndReason::reset". A value without one is spelt as a cast.
template <auto value>
constexpr std::string_view spelling() {
  std::string_view text{__PRETTY_FUNCTION__};
  text.remove_prefix(text.find("value = ") + 8);
  return text.substr(0, text.find_first_of(";]"));
}

template <class Enum, std::size_t... values>
std::string_view enumerator(Enum wanted, std::index_sequence<values...>) {
  std::string_view found = "another value";
  static_cast<void>(
      ((wanted == static_cast<Enum>(values) ? (found = spelling<static_cast<Enum>(values)>(), true) : false) || ...));
  return found;
}

template <class T>
constexpr bool is_duration = false;
template <class Count, class Period>
constexpr bool is_duration<std::chrono::duration<Count, Period>> = true;

template <class T>
constexpr bool is_time_point = false;
template <class Clock, class Duration>
constexpr bool is_time_point<std::chrono::time_point<Clock, Duration>> = true;

template <class T>
constexpr bool is_optional = false;
template <class T>
constexpr bool is_optional<std::optional<T>> = true;

template <class Period>
constexpr const char* unit() {
  if (std::is_same_v<Period, std::nano>) return " ns";
  if (std::is_same_v<Period, std::micro>) return " us";
  if (std::is_same_v<Period, std::milli>) return " ms";
  if (std::is_same_v<Period, std::chrono::seconds::period>) return " s";
  if (std::is_same_v<Period, std::chrono::minutes::period>) return " min";
  return std::is_same_v<Period, std::chrono::hours::period> ? " h" : " of a unit of its own";
}

template <class T>
concept SaysItself = requires(const T& value) {
  value.to_string();
};

template <class T>
concept Printed = std::is_enum_v<T> || is_duration<T> || is_time_point<T> || is_optional<T> || SaysItself<T> ||
    std::is_same_v<T, ByteSize> || std::is_same_v<T, std::nullopt_t>;

template <class T>
void print(std::ostream& out, const T& value) {
  if constexpr (std::is_enum_v<T>)
    out << enumerator(value, std::make_index_sequence<64>{});
  else if constexpr (is_duration<T>)
    out << value.count() << unit<typename T::period>();
  else if constexpr (is_time_point<T>)
    print(out, value.time_since_epoch());
  else if constexpr (SaysItself<T>)
    out << value.to_string();
  else if constexpr (std::is_same_v<T, ByteSize>)
    out << value.bytes() << " B";
  else if constexpr (std::is_same_v<T, std::nullopt_t>)
    out << "nothing";
  else if constexpr (is_optional<T>)
    value ? print(out, *value) : print(out, std::nullopt);
  else
    out << value;
}

}  // namespace echopool::test

/// Boost.Test's own point of extension is a function that is found by its argument's namespace; std::chrono is none of
/// ours.
template <echopool::test::Printed T>
struct boost::test_tools::tt_detail::print_log_value<T> {
  void operator()(std::ostream& out, const T& value) { echopool::test::print(out, value); }
};
