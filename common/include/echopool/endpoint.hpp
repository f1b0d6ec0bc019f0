// A transport address: an IPv4 or IPv6 address and a port, or every address of both families.
// Installed. A plain value of 28 bytes, any thread; it owns nothing and never resolves names.
#pragma once

#include <echopool/export.hpp>

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace echopool {

/// Where to listen, or the address of a peer: family, address and port.
class ECHOPOOL_EXPORT Endpoint {
 public:
  /// Which addresses it can be.
  enum class Family : std::uint8_t {
    any,  ///< every address of both families (`*:port`): a server opens one IPv4 and one IPv6-only socket
    v4,
    v6,
  };

  using Bytes = std::array<std::uint8_t, 16>;  ///< network order; IPv4 uses the first four

  /// `*:0`.
  constexpr Endpoint() noexcept = default;
  /// An address in network order (IPv4: the first four bytes); `scope` is the interface of a link-local one.
  constexpr Endpoint(Family family, const Bytes& address, std::uint16_t port, std::uint32_t scope = 0) noexcept
      : address_{address}, scope_{scope}, port_{port}, family_{family} {}

  /// Reads `192.0.2.1:7`, `[2001:db8::1]:7`, `[fe80::1%eth0]:7` or `*:7` (RFC 3986 section 3.2.2, RFC 4007
  /// section 11). Names are not resolved. Throws std::invalid_argument saying what is wrong with the text.
  static Endpoint parse(std::string_view text);
  /// As parse(), but returns nullopt instead of throwing.
  static std::optional<Endpoint> try_parse(std::string_view text);

  /// IPv4, IPv6, or both.
  [[nodiscard]] constexpr Family family() const noexcept { return family_; }
  /// In network order; IPv4 uses the first four bytes.
  [[nodiscard]] constexpr const Bytes& address() const noexcept { return address_; }
  /// 0 to a server: any free port.
  [[nodiscard]] constexpr std::uint16_t port() const noexcept { return port_; }
  /// The interface index of a link-local IPv6 address, else 0.
  [[nodiscard]] constexpr std::uint32_t scope() const noexcept { return scope_; }

  /// The same address with another port.
  [[nodiscard]] Endpoint with_port(std::uint16_t port) const noexcept;
  /// True for `*`, `0.0.0.0` and `::`.
  [[nodiscard]] bool is_wildcard() const noexcept;
  /// True for `127.0.0.0/8`, also IPv4-mapped, and `::1`.
  [[nodiscard]] bool is_loopback() const noexcept;
  /// An IPv4-mapped address becomes the IPv4 one (RFC 4291 section 2.5.5.2); anything else is itself.
  [[nodiscard]] Endpoint unmapped() const noexcept;

  /// `192.0.2.1:7`, `[2001:db8::1]:7`, `*:7`: what parse() reads.
  [[nodiscard]] std::string to_string() const;
  /// The address alone: `192.0.2.1`, `2001:db8::1`, `*`.
  [[nodiscard]] std::string address_string() const;

  /// By address, scope, port and family: for sets and maps.
  constexpr auto operator<=>(const Endpoint&) const noexcept = default;

 private:
  Bytes address_{};
  std::uint32_t scope_ = 0;
  std::uint16_t port_ = 0;
  Family family_ = Family::any;
};

}  // namespace echopool
