// Who counts as one source when limits are applied: an IPv4 address, or the /64 of an IPv6 address. Internal. Pure.
#pragma once

#include <echopool/endpoint.hpp>

#include <cstdint>

namespace echopool {

/// The same for two endpoints exactly when they are one source. An IPv4-mapped address is the IPv4 address it carries.
/// A host usually has a whole IPv6 /64 to itself (RFC 4291 section 2.5.1), so addresses within one are not told apart.
[[nodiscard]] inline std::uint64_t source_key(const Endpoint& endpoint) noexcept {
  const Endpoint plain = endpoint.unmapped();
  const bool v4 = plain.family() == Endpoint::Family::v4;
  // IPv4 addresses lie in ff00::/32, a multicast block (RFC 4291 section 2.7) from which nothing can come.
  std::uint64_t key = v4 ? 0xff000000U : 0;
  for (std::size_t i = 0; i < (v4 ? 4 : 8); ++i) key = key << 8 | plain.address()[i];
  return key;
}

}  // namespace echopool
