#include "opts/socket_options.hpp"

#include "opts/socket_option_rows.hpp"

#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cerrno>

namespace echopool {
namespace {

bool same_letters(std::string_view a, std::string_view b) noexcept {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](unsigned char x, unsigned char y) { return std::toupper(x) == std::toupper(y); });
}

/// Numbers that belong to the firewall's own tools (linux/netfilter_ipv4/ip_tables.h, netfilter_arp/arp_tables.h,
/// netfilter/ipset): no options of a socket.
bool is_firewall(int level, int number) noexcept {
  if (level == IPPROTO_IP) return (number >= 64 && number < 72) || number == 83 || (number >= 96 && number < 100);
  return level == IPPROTO_IPV6 && (number == 64 || number == 65 || number == 68 || number == 69);
}

bool is_named(int level, int number) noexcept {
  const auto options = socket_options();
  return std::any_of(options.begin(), options.end(), [level, number](const SocketOption& option) {
    return option.level == level && option.number == number;
  });
}

}  // namespace

std::span<const SocketOption> socket_options() noexcept {
  static const std::vector<SocketOption> table = [] {
    std::vector<SocketOption> all;
    for (const auto rows : {socket_level_options(), ip_level_options(), transport_level_options()})
      all.insert(all.end(), rows.begin(), rows.end());
    return all;
  }();
  return table;
}

const SocketOption* find_socket_option(std::string_view name) noexcept {
  for (const SocketOption& option : socket_options())
    if (same_letters(option.name, name)) return &option;
  for (const SocketOption& option : socket_options())
    if (same_letters(option.name.substr(option.name.find('_') + 1), name)) return &option;
  return nullptr;
}

std::vector<UnnamedOption> unnamed_socket_options(int fd) {
  constexpr int beyond_all = 256;  // the largest number in use is 104, UDP_GRO
  std::vector<UnnamedOption> unnamed;
  for (const int level : {+SOL_SOCKET, +IPPROTO_IP, +IPPROTO_IPV6, +IPPROTO_TCP, +IPPROTO_UDP}) {
    for (int number = 0; number < beyond_all; ++number) {
      if (is_firewall(level, number) || is_named(level, number)) continue;
      std::array<std::byte, 4096> block;
      socklen_t length = block.size();
      const bool answered = ::getsockopt(fd, level, number, block.data(), &length) == 0;
      if (answered || (errno != ENOPROTOOPT && errno != EOPNOTSUPP)) unnamed.push_back({level, number});
    }
  }
  return unnamed;
}

std::string_view level_name(int level) noexcept {
  switch (level) {
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
  constexpr std::array names{"flag",   "integer", "bytes", "seconds",   "milliseconds", "duration",
                             "linger", "cookie",  "text",  "structure", "action"};
  return names[static_cast<std::size_t>(kind)];
}

}  // namespace echopool
