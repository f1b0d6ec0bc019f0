// A block of addresses: `192.0.2.0/24`, `2001:db8::/32`, or one address (RFC 4632, RFC 4291 section 2.3). Internal. A
// plain value, any thread.
#pragma once

#include <echopool/endpoint.hpp>

#include <string>
#include <string_view>

namespace echopool {

struct Cidr {
  Endpoint::Family family = Endpoint::Family::v4;  ///< v4 or v6, never any
  Endpoint::Bytes address{};                       ///< network order, the bits past the prefix are 0
  unsigned prefix_length = 0;                      ///< 0 to 32, or 0 to 128

  /// Reads a block; `::ffff:192.0.2.0/120` becomes the IPv4 block it stands for. Throws std::invalid_argument saying
  /// what is wrong with the text, and what would be right where that can be told.
  static Cidr parse(std::string_view text);

  /// Whether the address of `endpoint` lies in the block; an IPv4-mapped IPv6 address is the IPv4 address it carries.
  /// `*` lies in none.
  [[nodiscard]] bool contains(const Endpoint& endpoint) const noexcept;

  /// What parse() reads; one address is written without its length.
  [[nodiscard]] std::string to_string() const;

  bool operator==(const Cidr&) const noexcept = default;
};

}  // namespace echopool
