// A datagram with an identity: what is sent to measure a path, and recognised when it comes back. Internal. Pure
// functions, any thread.
//
// Layout, little-endian: magic 4, version 1, reserved 1, stream 2, run 8, sequence 8, scheduled 8, sent 8, length 4,
// CRC-32C of the 44 bytes before it 4; then the pattern of that run, stream and sequence. The whole datagram follows
// from its identity, so that every byte of an answer can be checked.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

namespace echopool::client {

constexpr std::size_t probe_header = 48;     ///< the smallest probe
constexpr std::size_t probe_limit = 65'507;  ///< the largest UDP payload over IPv4

struct ProbeIdentity {
  std::uint64_t run = 0;     ///< random: another run's probe, or anything else, is a stray
  std::uint16_t stream = 0;  ///< which of the run's sockets
  std::uint64_t sequence = 0;
  std::int64_t scheduled_ns = 0;  ///< CLOCK_MONOTONIC
  std::int64_t sent_ns = 0;
  std::uint32_t length = 0;  ///< of the whole datagram

  bool operator==(const ProbeIdentity&) const = default;
};

/// Fills `datagram`, whose size is the identity's length.
void write_probe(std::span<std::byte> datagram, const ProbeIdentity& identity) noexcept;

/// The identity that a datagram claims, or nullopt when its header is cut off or damaged.
[[nodiscard]] std::optional<ProbeIdentity> read_probe(std::span<const std::byte> datagram) noexcept;

/// Where a datagram first differs from the probe of this identity: its length when it is only too short or too long,
/// nullopt when it is that probe.
[[nodiscard]] std::optional<std::size_t> find_damage(std::span<const std::byte> datagram,
                                                     const ProbeIdentity& identity) noexcept;

/// Whether a datagram with a damaged header is so much like the probe of this identity that it must have been it: three
/// quarters of the bytes both have are equal.
[[nodiscard]] bool resembles(std::span<const std::byte> datagram, const ProbeIdentity& identity) noexcept;

}  // namespace echopool::client
