// A JSON value to be printed. Internal. Plain values, any thread. Boost.JSON is behind it, in json.cpp alone.
#pragma once

#include <chrono>
#include <concepts>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace echopool::client {

class Json {
 public:
  using Array = std::vector<Json>;
  using Object = std::vector<std::pair<std::string, Json>>;  ///< keeps its order

  Json() = default;
  Json(std::nullptr_t) {}
  Json(bool value) : value_{value} {}
  Json(std::string value) : value_{std::move(value)} {}
  Json(std::string_view value) : value_{std::string{value}} {}
  Json(const char* value) : value_{std::string{value}} {}
  Json(double value) : value_{value} {}  ///< what is no number is written as null
  Json(Array value) : value_{std::move(value)} {}
  Json(Object value) : value_{std::move(value)} {}
  template <std::integral Integer>
  Json(Integer value) {
    if constexpr (std::is_signed_v<Integer>)
      value_ = static_cast<std::int64_t>(value);
    else
      value_ = static_cast<std::uint64_t>(value);
  }
  /// In nanoseconds: the key's name should end in `_ns`.
  Json(std::chrono::nanoseconds value) : value_{std::int64_t{value.count()}} {}
  template <class Value>
  Json(const std::optional<Value>& value) {
    if (value) *this = Json{*value};
  }

  /// One line of UTF-8; bytes that are not UTF-8 are replaced by U+FFFD.
  [[nodiscard]] std::string to_string() const;

  using Value = std::variant<std::nullptr_t, bool, std::int64_t, std::uint64_t, double, std::string, Array, Object>;
  [[nodiscard]] const Value& value() const noexcept { return value_; }

 private:
  Value value_;
};

}  // namespace echopool::client
