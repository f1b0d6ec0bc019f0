#include "protocol.hpp"

#include <cstddef>
#include <stdexcept>

namespace hostile {
namespace {

constexpr std::size_t message_size = 64;

std::string repeated(std::string_view text, std::size_t count) {
  std::string all;
  for (std::size_t i = 0; i < count; ++i) all += text;
  return all;
}

Protocol lines() {
  const std::string long_line = std::string(4'000, 'b') + '\n';
  return {.message = std::string(message_size - 1, 'm') + '\n',
          .half = std::string(message_size / 2, 'h'),
          .drip = {},
          .bulk = repeated(long_line, 4)};
}

Protocol http() {
  const std::string head = "GET / HTTP/1.1\r\nHost: a\r\nX: ";
  const std::string large = "GET /large HTTP/1.1\r\nHost: a\r\n\r\n";
  return {.message = head + std::string(message_size - head.size() - 4, 'm') + "\r\n\r\n",
          .half = head,
          .drip = head,
          .bulk = repeated(large, 16'384 / large.size())};
}

/// A framed call of TBinaryProtocol: its length, version and kind, its name, a number, a structure without members.
std::string thrift_call(const std::string& name) {
  const auto number = [](std::size_t value) {
    std::string bytes;
    for (int shift = 24; shift >= 0; shift -= 8) bytes += static_cast<char>(value >> shift & 0xff);
    return bytes;
  };
  const std::string call = number(0x80010001) + number(name.size()) + name + number(0) + '\0';
  return number(call.size()) + call;
}

Protocol thrift() {
  constexpr std::size_t overhead = 4 + 4 + 4 + 4 + 1;
  const std::string message = thrift_call(std::string(message_size - overhead, 'm'));
  return {.message = message,
          .half = message.substr(0, message_size / 2),
          .drip = {'\0', '\0', '\x7f', '\xff'},
          .bulk = repeated(thrift_call(std::string(4'000, 'b')), 4)};
}

}  // namespace

Protocol protocol_named(std::string_view name) {
  if (name == "echo" || name == "lines") return lines();  // an echo service answers lines with lines
  if (name == "http") return http();
  if (name == "thrift") return thrift();
  throw std::invalid_argument{"there is no protocol " + std::string{name}};
}

}  // namespace hostile
