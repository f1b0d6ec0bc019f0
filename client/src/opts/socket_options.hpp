// Every socket option Linux has for TCP and UDP over IPv4 and IPv6: what it is called, what it takes, what limits it,
// what it does. Internal. Constant data and plain functions, any thread.
//
// Facts from socket(7), ip(7), ipv6(7), tcp(7), udp(7) and the kernel's Documentation/networking; which of them the
// running kernel knows is found out by asking it.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace echopool {

enum class OptionKind : std::uint8_t {
  flag,          ///< int, 0 or 1
  integer,       ///< int
  bytes,         ///< int, an amount of memory
  seconds,       ///< int
  milliseconds,  ///< int
  duration,      ///< struct timeval
  linger,        ///< struct linger: off, or seconds
  cookie,        ///< uint64_t, a name for the kernel's own use
  text,          ///< a name
  structure,     ///< something larger, which only a program can use
  action,        ///< can be set only
};

/// Which sockets have it.
enum class OptionScope : std::uint8_t { all, tcp, udp, v4, v6 };

struct SocketOption {
  std::string_view name;  ///< as a program writes it: `SO_RCVBUF`
  int level;              ///< SOL_SOCKET, IPPROTO_IP, …
  int number;
  OptionKind kind;
  OptionScope scope;
  std::string_view limit;    ///< a path below /proc/sys that bounds it or gives its default; empty: none
  std::string_view meaning;  ///< a line
};

[[nodiscard]] std::span<const SocketOption> socket_options() noexcept;

/// nullptr: there is none of that name. Case plays no part; `rcvbuf` finds SO_RCVBUF.
[[nodiscard]] const SocketOption* find_socket_option(std::string_view name) noexcept;

/// `socket`, `ip`, `ipv6`, `tcp`, `udp`.
[[nodiscard]] std::string_view level_name(int level) noexcept;
/// `flag`, `bytes` …
[[nodiscard]] std::string_view kind_name(OptionKind kind) noexcept;

/// What the kernel answers to although the table has no row for it: an option newer than this program.
struct UnnamedOption {
  int level;
  int number;
};
[[nodiscard]] std::vector<UnnamedOption> unnamed_socket_options(int fd);

}  // namespace echopool
