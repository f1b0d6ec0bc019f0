#include "logging/log_line.hpp"

#include "utf8.hpp"

#include <charconv>
#include <cstring>
#include <span>

namespace echopool {
namespace {

constexpr bool is_plain(char c) noexcept { return c >= ' ' && c < '\x7f' && c != '"' && c != '\\'; }

bool needs_quotes(std::string_view text) noexcept {
  for (const char c : text)
    if (!is_plain(c) || c == ' ' || c == '=') return true;
  return text.empty();
}

unsigned byte(std::string_view text, std::size_t at) noexcept { return static_cast<unsigned char>(text[at]); }

/// C1 control characters (U+0080 … U+009F) are UTF-8, but terminals obey them.
std::size_t printable_length(std::string_view text) noexcept {
  const bool c1_control = text.size() >= 2 && byte(text, 0) == 0xc2 && byte(text, 1) < 0xa0;
  return c1_control ? 0 : utf8_length(text);
}

/// Writes `value`, with zeros in front, over the end of `field`.
void put_digits(std::span<char> field, unsigned value) noexcept {
  for (auto digit = field.rbegin(); digit != field.rend(); ++digit, value /= 10)
    *digit = static_cast<char>('0' + value % 10);
}

}  // namespace

std::string_view to_string(LogLevel level) noexcept {
  switch (level) {
    case LogLevel::debug:
      return "debug";
    case LogLevel::info:
      return "info";
    case LogLevel::notice:
      return "notice";
    case LogLevel::warning:
      return "warning";
    case LogLevel::error:
      return "error";
    case LogLevel::critical:
      break;
  }
  return "critical";
}

std::string utc_timestamp(std::chrono::system_clock::time_point time) {
  using namespace std::chrono;
  const auto day = floor<days>(time);
  const year_month_day date{day};
  const hh_mm_ss clock{floor<milliseconds>(time - day)};
  // By hand: every log line has one, and printf(3) would be a sixth of what a line costs. The clock ends in 2262.
  std::string text = "0000-00-00T00:00:00.000Z";
  const auto put = [&text](std::size_t at, std::size_t width, auto value) {
    put_digits(std::span{text}.subspan(at, width), static_cast<unsigned>(value));
  };
  put(0, 4, static_cast<int>(date.year()));
  put(5, 2, static_cast<unsigned>(date.month()));
  put(8, 2, static_cast<unsigned>(date.day()));
  put(11, 2, clock.hours().count());
  put(14, 2, clock.minutes().count());
  put(17, 2, clock.seconds().count());
  put(20, 3, clock.subseconds().count());
  return text;
}

// NOLINTNEXTLINE(cppcoreguidelines-pro-type-member-init): bytes_ is written before it is read
LineBuffer::LineBuffer(std::string_view event, std::initializer_list<LogField> fields) {
  put_escaped(event);
  for (const LogField& field : fields) add(field);
}

void LineBuffer::add(const LogField& field) {
  put(" ");
  put_escaped(field.key);
  put("=");
  if (const auto* text = std::get_if<std::string_view>(&field.value)) return put_value(*text);
  if (const auto* endpoint = std::get_if<const Endpoint*>(&field.value)) return put_value((*endpoint)->to_string());
  std::array<char, 24> digits{};
  const auto write = [&](auto number) {
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
    put({digits.data(), static_cast<std::size_t>(end - digits.data())});
  };
  if (const auto* number = std::get_if<std::int64_t>(&field.value)) return write(*number);
  write(std::get<std::uint64_t>(field.value));
}

void LineBuffer::put_value(std::string_view text) noexcept {
  if (!needs_quotes(text)) return put_escaped(text);
  quoted_ = true;
  put("\"");
  put_escaped(text);
  quoted_ = false;
  put("\"");
}

/// Adds what may only be cut between characters and escapes.
void LineBuffer::put_escaped(std::string_view text) noexcept {
  constexpr std::string_view hex = "0123456789abcdef";
  while (!text.empty() && !is_cut_) {
    std::size_t taken = 1;
    const char c = text.front();
    if (is_plain(c)) {
      const std::size_t room = cut_size_ == size_ ? capacity - ellipsis.size() - 1 - size_ : 0;
      while (taken < text.size() && taken < room && is_plain(text[taken])) ++taken;
      put(text.substr(0, taken));
    } else if (c == '\n') {
      put("\\n");
    } else if (c == '\t') {
      put("\\t");
    } else if (c == '"' || c == '\\') {
      const std::array<char, 2> escape{'\\', c};
      put({escape.data(), escape.size()});
    } else if (const auto length = byte(text, 0) < 0x80 ? 0 : printable_length(text); length != 0) {
      taken = length;
      put(text.substr(0, taken));
    } else {
      const std::array<char, 4> escape{'\\', 'x', hex[byte(text, 0) >> 4], hex[byte(text, 0) & 0xf]};
      put({escape.data(), escape.size()});
    }
    text.remove_prefix(taken);
  }
}

/// Adds all of `unit`, or cuts the line before it.
void LineBuffer::put(std::string_view unit) noexcept {
  if (is_cut_) return;
  if (unit.size() > capacity - size_) return cut();
  std::memcpy(bytes_.data() + size_, unit.data(), unit.size());
  size_ += unit.size();
  if (size_ + ellipsis.size() + 1 > capacity) return;
  cut_size_ = size_;
  cut_quoted_ = quoted_;
}

void LineBuffer::cut() noexcept {
  size_ = cut_size_;
  quoted_ = cut_quoted_;
  put(ellipsis);
  if (quoted_) put("\"");
  is_cut_ = true;
}

}  // namespace echopool
