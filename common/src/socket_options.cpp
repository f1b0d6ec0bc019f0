#include "socket_options.hpp"

#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cerrno>
#include <chrono>
#include <cmath>
#include <cstring>
#include <fstream>
#include <sstream>

namespace echopool {
namespace {

bool same_letters(std::string_view a, std::string_view b) noexcept {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](unsigned char x, unsigned char y) { return std::toupper(x) == std::toupper(y); });
}

/// A decimal number and what follows it.
struct Amount {
  double number = 0;
  std::string unit;
};

std::optional<Amount> split_amount(std::string_view text) {
  const std::string copy{text};
  char* rest = nullptr;
  const double number = std::strtod(copy.c_str(), &rest);
  if (rest == copy.c_str() || !std::isfinite(number)) return std::nullopt;
  return Amount{number, rest};
}

std::optional<double> with_units(std::string_view text, std::span<const std::pair<const char*, double>> units) {
  const auto amount = split_amount(text);
  if (!amount) return std::nullopt;
  for (const auto& [unit, factor] : units)
    if (same_letters(amount->unit, unit)) return amount->number * factor;
  return std::nullopt;
}

constexpr std::array<std::pair<const char*, double>, 4> size_units{
    {{"", 1}, {"K", 0x1p10}, {"M", 0x1p20}, {"G", 0x1p30}}};
constexpr std::array<std::pair<const char*, double>, 5> time_units{
    {{"", 1}, {"us", 1e-6}, {"ms", 1e-3}, {"s", 1}, {"m", 60}}};

std::optional<int> to_int(std::optional<double> value) {
  if (!value || *value < -2147483648.0 || *value > 4294967295.0) return std::nullopt;
  return static_cast<int>(static_cast<std::int64_t>(*value));  // UINT32_MAX, as SO_MAX_PACING_RATE has it, is -1
}

/// The int that a text means for an option of this kind.
std::optional<int> parse_int(OptionKind kind, std::string_view text) {
  switch (kind) {
    case OptionKind::flag:
      if (text == "on") return 1;
      if (text == "off") return 0;
      return to_int(with_units(text, std::span{size_units}.first(1)));
    case OptionKind::bytes:
      return to_int(with_units(text, size_units));
    case OptionKind::seconds:
      return to_int(with_units(text, time_units));
    case OptionKind::milliseconds: {
      const bool plain = split_amount(text).value_or(Amount{0, "?"}).unit.empty();
      const auto value = with_units(text, time_units);
      return to_int(value && !plain ? std::optional{*value * 1000} : value);
    }
    default:
      return to_int(with_units(text, std::span{size_units}.first(1)));
  }
}

std::string shortest(double value) {
  std::ostringstream text;
  text << value;
  return text.str();
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

OptionReading read_text(int fd, const SocketOption& option) {
  std::array<char, 256> text{};
  socklen_t length = text.size() - 1;
  if (::getsockopt(fd, option.level, option.number, text.data(), &length) != 0) return {std::nullopt, errno};
  return {std::string{text.data()}, 0};
}

OptionReading read_structure(int fd, const SocketOption& option) {
  std::array<std::byte, 4096> block{};
  socklen_t length = block.size();
  if (::getsockopt(fd, option.level, option.number, block.data(), &length) != 0) return {std::nullopt, errno};
  return {"(" + std::to_string(length) + " bytes)", 0};
}

}  // namespace

const SocketOption* find_socket_option(std::string_view name) noexcept {
  for (const SocketOption& option : socket_options())
    if (same_letters(option.name, name)) return &option;
  for (const SocketOption& option : socket_options())
    if (same_letters(option.name.substr(option.name.find('_') + 1), name)) return &option;
  return nullptr;
}

std::string_view level_name(const SocketOption& option) noexcept {
  switch (option.level) {
    case IPPROTO_IP:
      return "ip";
    case IPPROTO_IPV6:
      return "ipv6";
    case IPPROTO_TCP:
      return "tcp";
    case IPPROTO_UDP:
      return "udp";
    default:
      return "socket";
  }
}

std::string_view kind_name(OptionKind kind) noexcept {
  constexpr std::array names{"flag",     "integer", "bytes", "seconds",   "milliseconds",
                             "duration", "linger",  "text",  "structure", "action"};
  return names[static_cast<std::size_t>(kind)];
}

OptionReading read_socket_option(int fd, const SocketOption& option) {
  switch (option.kind) {
    case OptionKind::text:
      return read_text(fd, option);
    case OptionKind::structure:
      return read_structure(fd, option);
    case OptionKind::action:
      return {std::nullopt, ENOTSUP};
    case OptionKind::duration: {
      timeval time{};
      if (const int error = get(fd, option, time); error != 0) return {std::nullopt, error};
      return {shortest(static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6) + "s", 0};
    }
    case OptionKind::linger: {
      ::linger value{};
      if (const int error = get(fd, option, value); error != 0) return {std::nullopt, error};
      return {value.l_onoff == 0 ? "off" : std::to_string(value.l_linger) + "s", 0};
    }
    default: {
      int value = 0;
      if (const int error = get(fd, option, value); error != 0) return {std::nullopt, error};
      return {std::to_string(value), 0};
    }
  }
}

int set_socket_option(int fd, const SocketOption& option, std::string_view text) {
  switch (option.kind) {
    case OptionKind::structure:
    case OptionKind::action:
      if (option.level != SOL_SOCKET || option.kind == OptionKind::structure) return ENOTSUP;
      break;  // SO_RCVBUFFORCE and SO_SNDBUFFORCE take bytes
    case OptionKind::text:
      return ::setsockopt(fd, option.level, option.number, text.data(), static_cast<socklen_t>(text.size())) == 0
                 ? 0
                 : errno;
    case OptionKind::duration: {
      const auto seconds = with_units(text, time_units);
      if (!seconds || *seconds < 0) return EINVAL;
      const auto micros = static_cast<std::int64_t>(std::llround(*seconds * 1e6));
      return set(fd, option, timeval{micros / 1'000'000, micros % 1'000'000});
    }
    case OptionKind::linger: {
      if (text == "off") return set(fd, option, ::linger{0, 0});
      const auto seconds = parse_int(OptionKind::seconds, text);
      return seconds ? set(fd, option, ::linger{1, *seconds}) : EINVAL;
    }
    default:
      break;
  }
  const auto value = parse_int(option.kind == OptionKind::action ? OptionKind::bytes : option.kind, text);
  return value ? set(fd, option, *value) : EINVAL;
}

std::string read_sysctl(std::string_view path) {
  std::ifstream file{"/proc/sys/" + std::string{path}};
  std::string text;
  for (std::string word; file >> word;) text += (text.empty() ? "" : " ") + word;
  return text;
}

}  // namespace echopool
