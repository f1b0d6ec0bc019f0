// Builds one log line, `event key=value …`, in a fixed buffer: quoted, escaped, valid UTF-8, cut at 1,024 bytes.
// Internal. A plain value on its caller's stack.
#pragma once

#include <echopool/log.hpp>

#include <array>
#include <chrono>
#include <cstddef>
#include <initializer_list>
#include <string>
#include <string_view>

namespace echopool {

/// `debug` … `critical`.
[[nodiscard]] std::string_view to_string(LogLevel level) noexcept;
/// `2026-01-31T23:59:59.123Z` (RFC 3339).
[[nodiscard]] std::string utc_timestamp(std::chrono::system_clock::time_point time);

/// A value that is empty or holds spaces, quotes, `=`, backslashes or anything that has to be escaped is put in quotes;
/// inside them `"` and `\` get a backslash, control characters and bytes that are no UTF-8 become \n, \t or \xNN. A
/// line that is too long ends in `…`, with its quote closed: a reader sees that it was cut and can still parse it.
class LineBuffer {
 public:
  static constexpr std::size_t capacity = 1024;

  LineBuffer(std::string_view event, std::initializer_list<LogField> fields);

  void add(const LogField& field);
  [[nodiscard]] std::string_view view() const noexcept { return {bytes_.data(), size_}; }

 private:
  static constexpr std::string_view ellipsis = "\u2026";

  void put(std::string_view unit) noexcept;
  void put_escaped(std::string_view text) noexcept;
  void put_value(std::string_view text) noexcept;
  void cut() noexcept;

  std::array<char, capacity> bytes_;
  std::size_t size_ = 0;
  std::size_t cut_size_ = 0;  ///< where the line can be cut so that the ellipsis and a quote still fit
  bool quoted_ = false;       ///< within quotes now …
  bool cut_quoted_ = false;   ///< … and at cut_size_
  bool is_cut_ = false;
};

}  // namespace echopool
