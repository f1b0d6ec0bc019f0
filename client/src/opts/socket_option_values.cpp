#include "opts/socket_option_values.hpp"

#include "quantity.hpp"

#include <sys/socket.h>
#include <sys/time.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <fstream>

namespace echopool::client {
namespace {

/// A number without a sign, in what the kernel counts the option in: bytes, seconds, milliseconds, or nothing.
std::optional<double> magnitude_of(OptionKind kind, std::string_view text) {
  if (const auto number = parse_number(text)) return number;
  const auto duration = parse_duration(text, NoUnit::is_refused);
  switch (kind) {
    case OptionKind::bytes:
      return parse_size(text);
    case OptionKind::seconds:
    case OptionKind::linger:
    case OptionKind::duration:
      return duration ? std::optional{std::chrono::duration<double>{*duration}.count()} : std::nullopt;
    case OptionKind::milliseconds:
      return duration ? std::optional{std::chrono::duration<double, std::milli>{*duration}.count()} : std::nullopt;
    default:
      return std::nullopt;
  }
}

std::optional<double> amount_of(OptionKind kind, std::string_view text) {
  const bool negative = text.starts_with('-');
  const auto magnitude = magnitude_of(kind, negative ? text.substr(1) : text);
  return negative && magnitude ? std::optional{-*magnitude} : magnitude;
}

/// What is written to the kernel: SO_RCVBUFFORCE and SO_SNDBUFFORCE can only be set, but take an amount of memory.
OptionKind kind_of(const SocketOption& option) noexcept {
  const bool forces_buffer =
      option.level == SOL_SOCKET && (option.number == SO_RCVBUFFORCE || option.number == SO_SNDBUFFORCE);
  return forces_buffer ? OptionKind::bytes : option.kind;
}

/// The int that a text means for an option of this kind.
std::optional<int> int_of(OptionKind kind, std::string_view text) {
  if (kind == OptionKind::flag && text == "on") return 1;
  if (kind == OptionKind::flag && text == "off") return 0;
  const auto amount = amount_of(kind, text);
  // Up to UINT32_MAX: what SO_MAX_PACING_RATE calls no limit is -1 as an int.
  if (!amount || *amount < -0x1p31 || *amount >= 0x1p32 || *amount != std::floor(*amount)) return std::nullopt;
  return static_cast<int>(static_cast<std::int64_t>(*amount));
}

std::string seconds_text(double seconds) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%.9gs", seconds);
  return text.data();
}

template <class Value>
int get(int fd, const SocketOption& option, Value& value) {
  socklen_t length = sizeof value;
  return ::getsockopt(fd, option.level, option.number, &value, &length) == 0 ? 0 : errno;
}

template <class Value>
int set(int fd, const SocketOption& option, const Value& value) {
  return ::setsockopt(fd, option.level, option.number, &value, sizeof value) == 0 ? 0 : errno;
}

OptionReading failed(int error) { return {.value = std::nullopt, .error = error}; }

OptionReading read_text(int fd, const SocketOption& option) {
  std::array<char, 256> text{};
  socklen_t length = text.size() - 1;
  if (::getsockopt(fd, option.level, option.number, text.data(), &length) != 0) return failed(errno);
  return {.value = std::string{text.data()}};
}

OptionReading read_structure(int fd, const SocketOption& option) {
  std::array<std::byte, 4096> block{};
  socklen_t length = block.size();
  if (::getsockopt(fd, option.level, option.number, block.data(), &length) != 0) return failed(errno);
  return {.value = "(" + std::to_string(length) + " bytes)"};
}

OptionReading read_cookie(int fd, const SocketOption& option) {
  std::uint64_t value = 0;
  if (const int error = get(fd, option, value); error != 0) return failed(error);
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "0x%llx", static_cast<unsigned long long>(value));
  return {.value = text.data()};
}

OptionReading read_int(int fd, const SocketOption& option) {
  int value = 0;
  if (const int error = get(fd, option, value); error != 0) return failed(error);
  const bool is_switch = option.kind == OptionKind::flag && (value == 0 || value == 1);
  const char* word = value == 0 ? "off" : "on";
  return {.value = is_switch ? word : std::to_string(value), .number = value};
}

}  // namespace

bool OptionReading::is_unknown() const noexcept { return !value && (error == ENOPROTOOPT || error == EOPNOTSUPP); }

OptionReading read_socket_option(int fd, const SocketOption& option) {
  switch (option.kind) {
    case OptionKind::text:
      return read_text(fd, option);
    case OptionKind::structure:
      return read_structure(fd, option);
    case OptionKind::cookie:
      return read_cookie(fd, option);
    case OptionKind::action:
      return failed(ENOTSUP);
    case OptionKind::duration: {
      timeval time{};
      if (const int error = get(fd, option, time); error != 0) return failed(error);
      return {.value = seconds_text(static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6)};
    }
    case OptionKind::linger: {
      ::linger value{};
      if (const int error = get(fd, option, value); error != 0) return failed(error);
      return {.value = value.l_onoff == 0 ? "off" : seconds_text(value.l_linger)};
    }
    default:
      return read_int(fd, option);
  }
}

std::string_view value_form(const SocketOption& option) noexcept {
  switch (kind_of(option)) {
    case OptionKind::flag:
      return "on or off";
    case OptionKind::integer:
      return "a whole number";
    case OptionKind::bytes:
      return "a size: 65536, 64K, 1M";
    case OptionKind::seconds:
      return "whole seconds: 30, 30s, 2m";
    case OptionKind::milliseconds:
      return "milliseconds: 500, 500ms, 2s";
    case OptionKind::duration:
      return "a time: 0.25, 250ms, 2s";
    case OptionKind::linger:
      return "off, or whole seconds: 0, 5s";
    case OptionKind::text:
      return "a name";
    default:
      return "";
  }
}

bool is_value(const SocketOption& option, std::string_view text) {
  const OptionKind kind = kind_of(option);
  if (kind == OptionKind::text) return true;
  if (kind == OptionKind::linger && text == "off") return true;
  if (kind == OptionKind::duration) return amount_of(kind, text).value_or(-1) >= 0;
  return !value_form(option).empty() && int_of(kind, text);
}

int set_socket_option(int fd, const SocketOption& option, std::string_view text) {
  const OptionKind kind = kind_of(option);
  if (value_form(option).empty()) return ENOTSUP;
  if (!is_value(option, text)) return EINVAL;
  if (kind == OptionKind::text) {
    const auto size = static_cast<socklen_t>(text.size());
    return ::setsockopt(fd, option.level, option.number, text.data(), size) == 0 ? 0 : errno;
  }
  if (kind == OptionKind::duration) {
    const auto micros = std::llround(*amount_of(kind, text) * 1e6);
    return set(fd, option, timeval{micros / 1'000'000, micros % 1'000'000});
  }
  if (kind == OptionKind::linger)
    return set(fd, option, text == "off" ? ::linger{0, 0} : ::linger{1, *int_of(kind, text)});
  return set(fd, option, *int_of(kind, text));
}

std::string read_sysctl(std::string_view path) {
  std::ifstream file{"/proc/sys/" + std::string{path}};
  std::string text;
  for (std::string word; file >> word;) text += (text.empty() ? "" : " ") + word;
  return text;
}

std::string grant_note(const SocketOption& option, std::string_view text, const OptionReading& granted,
                       std::string_view limit) {
  const auto asked = int_of(kind_of(option), text);
  if (!asked || !granted.number) return "";
  const std::int64_t wish = *asked;
  const std::int64_t got = *granted.number;
  const bool doubles = option.level == SOL_SOCKET && (option.number == SO_RCVBUF || option.number == SO_SNDBUF);
  if (got == wish) return "as asked";
  if (!doubles) return got < wish ? "less than asked" : "more than asked";
  if (got == 2 * wish) return "twice what was asked: the kernel counts its bookkeeping too";
  if (got > 2 * wish) return "the smallest there is";
  const auto most = parse_number(limit);
  return most && static_cast<double>(got) == 2 * *most ? "twice the limit" : "less than asked";
}

}  // namespace echopool::client
