#include <echopool/endpoint.hpp>

#include <arpa/inet.h>
#include <net/if.h>
#include <netinet/in.h>

#include <algorithm>
#include <charconv>
#include <cstring>
#include <stdexcept>

namespace echopool {
namespace {

struct Parsed {
  std::optional<Endpoint> endpoint;
  std::string why;
};

Parsed wrong(std::string why) { return {std::nullopt, std::move(why)}; }

std::optional<std::uint16_t> read_port(std::string_view text) {
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return port;
}

Parsed read_v6(std::string_view host, std::uint16_t port) {
  std::uint32_t scope = 0;
  std::string address{host};
  if (const auto percent = host.find('%'); percent != std::string_view::npos) {
    const std::string zone{host.substr(percent + 1)};
    address.resize(percent);
    scope = ::if_nametoindex(zone.c_str());
    if (scope == 0) {
      const auto [end, error] = std::from_chars(zone.data(), zone.data() + zone.size(), scope);
      if (error != std::errc{} || end != zone.data() + zone.size() || scope == 0)
        return wrong("there is no network interface '" + zone + "'");
    }
  }
  Endpoint::Bytes bytes{};
  if (::inet_pton(AF_INET6, address.c_str(), bytes.data()) != 1)
    return wrong("'" + address + "' is not an IPv6 address");
  return {Endpoint{Endpoint::Family::v6, bytes, port, scope}, {}};
}

Parsed read(std::string_view text) {
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos || text.ends_with(']')) return wrong("no port; write ADDRESS:PORT");
  auto host = text.substr(0, colon);
  const auto port = read_port(text.substr(colon + 1));
  if (!port) return wrong("the port must be a number from 0 to 65535");
  if (host == "*") return {Endpoint{Endpoint::Family::any, {}, *port}, {}};
  if (host.starts_with('[') && host.ends_with(']')) return read_v6(host.substr(1, host.size() - 2), *port);
  if (host.find(':') != std::string_view::npos) return wrong("an IPv6 address stands in brackets: [ADDRESS]:PORT");
  Endpoint::Bytes bytes{};
  if (::inet_pton(AF_INET, std::string{host}.c_str(), bytes.data()) != 1)
    return wrong("'" + std::string{host} + "' is not an IPv4 address, an IPv6 address in brackets, or *");
  return {Endpoint{Endpoint::Family::v4, bytes, *port}, {}};
}

constexpr std::array<std::uint8_t, 12> mapped_prefix{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

bool is_mapped(const Endpoint& endpoint) noexcept {
  return endpoint.family() == Endpoint::Family::v6 &&
         std::equal(mapped_prefix.begin(), mapped_prefix.end(), endpoint.address().begin());
}

/// Every log line of a connection has an address, and inet_ntop(3) prints one with sprintf(3).
std::string dotted(const Endpoint::Bytes& bytes) {
  std::array<char, INET_ADDRSTRLEN> text{};
  char* at = text.data();
  for (std::size_t i = 0; i < 4; ++i) {
    if (i > 0) *at++ = '.';
    at = std::to_chars(at, text.data() + text.size(), bytes[i]).ptr;
  }
  return {text.data(), at};
}

}  // namespace

Endpoint Endpoint::parse(std::string_view text) {
  auto [endpoint, why] = read(text);
  if (!endpoint) throw std::invalid_argument{"'" + std::string{text} + "': " + why};
  return *endpoint;
}

std::optional<Endpoint> Endpoint::try_parse(std::string_view text) { return read(text).endpoint; }

Endpoint Endpoint::with_port(std::uint16_t port) const noexcept {
  Endpoint copy = *this;
  copy.port_ = port;
  return copy;
}

bool Endpoint::is_wildcard() const noexcept { return unmapped().address_ == Bytes{}; }

bool Endpoint::is_loopback() const noexcept {
  const Endpoint plain = unmapped();
  if (plain.family_ == Family::v4) return plain.address_[0] == 127;
  constexpr Bytes loopback{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1};
  return plain.family_ == Family::v6 && plain.address_ == loopback;
}

Endpoint Endpoint::unmapped() const noexcept {
  if (!is_mapped(*this)) return *this;
  Bytes v4{};
  std::copy(address_.begin() + 12, address_.end(), v4.begin());
  return Endpoint{Family::v4, v4, port_};
}

std::string Endpoint::address_string() const {
  if (family_ == Family::any) return "*";
  if (family_ == Family::v4) return dotted(address_);
  std::array<char, INET6_ADDRSTRLEN> text{};
  ::inet_ntop(AF_INET6, address_.data(), text.data(), text.size());
  std::string result{text.data()};
  if (scope_ != 0) {
    std::array<char, IF_NAMESIZE> name{};
    result += '%';
    result += ::if_indextoname(scope_, name.data()) != nullptr ? std::string{name.data()} : std::to_string(scope_);
  }
  return result;
}

std::string Endpoint::to_string() const {
  const std::string port = std::to_string(port_);
  return family_ == Family::v6 ? "[" + address_string() + "]:" + port : address_string() + ":" + port;
}

}  // namespace echopool
