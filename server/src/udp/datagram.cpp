#include <echopool/datagram.hpp>

#include <functional>
#include <stdexcept>
#include <string>

namespace echopool {
namespace {

/// What fits into one IP packet (RFC 768, RFC 8200 section 3): 65,535 less the headers that its length field counts.
constexpr std::size_t largest_payload(Endpoint::Family family) noexcept {
  return family == Endpoint::Family::v4 ? 65'535 - 20 - 8 : 65'535 - 8;
}

bool is_part(std::span<const std::byte> inner, std::span<const std::byte> outer) noexcept {
  const std::less_equal<const std::byte*> not_after;
  return not_after(outer.data(), inner.data()) && not_after(inner.data() + inner.size(), outer.data() + outer.size());
}

}  // namespace

void Datagram::reply(std::span<const std::byte> bytes) {
  if (const std::size_t largest = largest_payload(peer_.family()); bytes.size() > largest)
    throw std::length_error{"a reply of " + std::to_string(bytes.size()) + " bytes does not fit into one datagram of " +
                            std::to_string(largest)};
  if (is_part(bytes, data_)) {
    reply_ = bytes;
  } else {
    copy_.assign(bytes.begin(), bytes.end());
    reply_ = copy_;
  }
  answered_ = true;
}

}  // namespace echopool
