#include "measure/format.hpp"

#include <array>
#include <cstdio>

namespace echopool::client {
namespace {

std::string three_digits(double value, const char* unit) {
  std::array<char, 48> text{};
  const int precision = value < 10 ? 2 : value < 100 ? 1 : 0;
  std::snprintf(text.data(), text.size(), "%.*f %s", precision, value, unit);
  return text.data();
}

}  // namespace

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
