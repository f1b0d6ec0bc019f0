// Reads a program's JSON output back. For tests only; throws what makes the test fail: std::exception.
#pragma once

#include <memory>
#include <string>
#include <string_view>

namespace boost::json {
class value;
}

namespace echopool::test {

class JsonReader {
 public:
  /// Exactly one JSON value and perhaps a newline.
  explicit JsonReader(const std::string& text);
  ~JsonReader();
  JsonReader(JsonReader&&) noexcept;

  // `path` is keys and array positions: `round_trip.p50_ns`, `intervals.0.requests`.
  [[nodiscard]] double number(std::string_view path) const;
  [[nodiscard]] std::string text(std::string_view path) const;
  [[nodiscard]] bool boolean(std::string_view path) const;
  [[nodiscard]] bool is_null(std::string_view path) const;
  [[nodiscard]] bool has(std::string_view path) const;
  [[nodiscard]] std::size_t size(std::string_view path) const;  ///< of an array or object

 private:
  [[nodiscard]] const boost::json::value* find(std::string_view path) const;
  [[nodiscard]] const boost::json::value& at(std::string_view path) const;

  std::unique_ptr<boost::json::value> root_;
};

}  // namespace echopool::test
