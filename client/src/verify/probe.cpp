#include "verify/probe.hpp"

#include "verify/pattern.hpp"

#include <boost/crc.hpp>

#include <algorithm>
#include <array>
#include <cstring>

namespace echopool::client {
namespace {

constexpr std::uint32_t magic = 0x50484345;  // "ECHP"
constexpr std::uint8_t version = 1;

/// The header as it travels.
struct Header {
  std::uint32_t magic_number;
  std::uint8_t format;
  std::uint8_t reserved;
  std::uint16_t stream;
  std::uint64_t run;
  std::uint64_t sequence;
  std::int64_t scheduled_ns;
  std::int64_t sent_ns;
  std::uint32_t length;
  std::uint32_t crc;
};
static_assert(sizeof(Header) == probe_header);

std::uint32_t crc_of(const Header& header) noexcept {
  // CRC-32C: the polynomial of Castagnoli, reflected (RFC 3720 appendix B.4).
  boost::crc_optimal<32, 0x1EDC6F41, 0xFFFFFFFF, 0xFFFFFFFF, true, true> crc;
  crc.process_bytes(&header, offsetof(Header, crc));
  return crc.checksum();
}

Header header_of(const ProbeIdentity& identity) noexcept {
  Header header{magic,
                version,
                0,
                identity.stream,
                identity.run,
                identity.sequence,
                identity.scheduled_ns,
                identity.sent_ns,
                identity.length,
                0};
  header.crc = crc_of(header);
  return header;
}

std::uint64_t key_of(const ProbeIdentity& identity) noexcept {
  return pattern_word(identity.run ^ identity.stream, identity.sequence);
}

using HeaderBytes = std::array<std::byte, probe_header>;

HeaderBytes header_bytes(const ProbeIdentity& identity) noexcept {
  const Header header = header_of(identity);
  HeaderBytes bytes;
  std::memcpy(bytes.data(), &header, sizeof header);
  return bytes;
}

}  // namespace

void write_probe(std::span<std::byte> datagram, const ProbeIdentity& identity) noexcept {
  const HeaderBytes header = header_bytes(identity);
  std::copy(header.begin(), header.end(), datagram.begin());
  fill_pattern(datagram.subspan(probe_header), key_of(identity), 0);
}

std::optional<ProbeIdentity> read_probe(std::span<const std::byte> datagram) noexcept {
  Header header;
  if (datagram.size() < sizeof header) return std::nullopt;
  std::memcpy(&header, datagram.data(), sizeof header);
  if (header.magic_number != magic || header.format != version || header.crc != crc_of(header)) return std::nullopt;
  return ProbeIdentity{header.run, header.stream, header.sequence, header.scheduled_ns, header.sent_ns, header.length};
}

std::optional<std::size_t> find_damage(std::span<const std::byte> datagram, const ProbeIdentity& identity) noexcept {
  const HeaderBytes header = header_bytes(identity);
  const std::size_t common = std::min<std::size_t>(datagram.size(), identity.length);
  const auto head = datagram.first(std::min(common, probe_header));
  const auto differs = std::mismatch(head.begin(), head.end(), header.begin()).first;
  if (differs != head.end()) return static_cast<std::size_t>(differs - head.begin());
  if (common > probe_header) {
    const auto at = find_difference(datagram.subspan(probe_header, common - probe_header), key_of(identity), 0);
    if (at) return probe_header + *at;
  }
  if (datagram.size() != identity.length) return common;
  return std::nullopt;
}

bool resembles(std::span<const std::byte> datagram, const ProbeIdentity& identity) noexcept {
  const HeaderBytes header = header_bytes(identity);
  const std::size_t common = std::min<std::size_t>(datagram.size(), identity.length);
  std::size_t equal = 0;
  for (std::size_t i = 0; i < common; ++i) {
    const std::byte expected = i < probe_header ? header[i] : pattern_byte(key_of(identity), i - probe_header);
    if (datagram[i] == expected) ++equal;
  }
  return common > 0 && equal * 4 >= common * 3;
}

}  // namespace echopool::client
