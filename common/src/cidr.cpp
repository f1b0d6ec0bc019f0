#include "cidr.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <stdexcept>

namespace echopool {
namespace {

using Family = Endpoint::Family;

constexpr unsigned mapped_bits = 96;  // ::ffff:0:0/96, RFC 4291 section 2.5.5.2

unsigned longest_prefix(Family family) { return family == Family::v4 ? 32 : 128; }

[[noreturn]] void refuse(std::string_view text, const std::string& why) {
  throw std::invalid_argument{"'" + std::string{text} + "' " + why};
}

std::optional<unsigned> read_length(std::string_view text, unsigned longest) {
  unsigned length = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), length);
  if (error != std::errc{} || end != text.data() + text.size() || length > longest) return std::nullopt;
  return length;
}

Endpoint::Bytes keep_prefix(Endpoint::Bytes address, unsigned length) {
  for (std::size_t i = 0; i < address.size(); ++i) {
    const unsigned first_bit = static_cast<unsigned>(i) * 8;
    const unsigned kept = length > first_bit ? std::min(8U, length - first_bit) : 0;
    address[i] = static_cast<std::uint8_t>(address[i] & (0xff00U >> kept));
  }
  return address;
}

Cidr read_address(std::string_view text, std::string_view address) {
  Cidr block;
  const std::string copy{address};
  if (::inet_pton(AF_INET, copy.c_str(), block.address.data()) == 1) return block;
  block.family = Family::v6;
  if (::inet_pton(AF_INET6, copy.c_str(), block.address.data()) == 1) return block;
  refuse(text, "is not an address block; write 192.0.2.0/24, 2001:db8::/32 or one address without a port");
}

Cidr unmapped(const Cidr& block) {
  const Endpoint plain = Endpoint{block.family, block.address, 0}.unmapped();
  if (plain.family() == block.family || block.prefix_length < mapped_bits) return block;
  return {Family::v4, plain.address(), block.prefix_length - mapped_bits};
}

}  // namespace

Cidr Cidr::parse(std::string_view text) {
  const auto slash = text.find('/');
  Cidr block = read_address(text, text.substr(0, slash));
  const unsigned longest = longest_prefix(block.family);
  block.prefix_length = longest;
  if (slash != std::string_view::npos) {
    const auto length = read_length(text.substr(slash + 1), longest);
    if (!length) refuse(text, "needs a prefix length from 0 to " + std::to_string(longest));
    block.prefix_length = *length;
  }
  const auto network = keep_prefix(block.address, block.prefix_length);
  if (network != block.address) {
    // Either of the two may have been meant, so neither is assumed.
    Cidr whole = block;
    whole.address = network;
    Cidr single = block;
    single.prefix_length = longest;
    refuse(text, "has address bits behind its prefix; write " + whole.to_string() + " for the block or " +
                     single.to_string() + " for the one address");
  }
  return unmapped(block);
}

bool Cidr::contains(const Endpoint& endpoint) const noexcept {
  const Endpoint plain = endpoint.unmapped();
  return plain.family() == family && keep_prefix(plain.address(), prefix_length) == address;
}

std::string Cidr::to_string() const {
  const std::string text = Endpoint{family, address, 0}.address_string();
  return prefix_length == longest_prefix(family) ? text : text + "/" + std::to_string(prefix_length);
}

}  // namespace echopool
