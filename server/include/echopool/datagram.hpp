// One UDP datagram as its handler sees it.
// Installed. A Datagram belongs to the UDP thread and lives only as long as the handler's call.
#pragma once

#include <echopool/endpoint.hpp>
#include <echopool/export.hpp>

#include <cstddef>
#include <functional>
#include <span>
#include <vector>

namespace echopool {

/// A question that came over UDP, and the place for its answer.
class ECHOPOOL_EXPORT Datagram {
 public:
  Datagram(const Datagram&) = delete;
  Datagram& operator=(const Datagram&) = delete;

  /// The payload; it may be empty. Valid during the call.
  [[nodiscard]] std::span<const std::byte> data() const noexcept { return data_; }
  /// Who sent it, as far as the datagram says: a sender can be forged.
  [[nodiscard]] const Endpoint& peer() const noexcept { return peer_; }
  /// The address the datagram was sent to, which is also the one a reply leaves from.
  [[nodiscard]] const Endpoint& local() const noexcept { return local_; }

  /// Answers with `bytes` when the handler has returned; none is an empty datagram. Bytes that are part of data() are
  /// sent from where they are, others are copied. The last call counts, and a handler that throws answers nothing.
  /// More than one datagram holds (65,507 bytes to an IPv4 peer, 65,527 to an IPv6 one) throws std::length_error.
  /// A sender's address can be forged: an answer longer than the question makes the server an amplifier.
  void reply(std::span<const std::byte> bytes);

 private:
  friend class DatagramBatch;
  friend struct TestDatagram;  // testing::answer_to
  Datagram() = default;

  std::span<const std::byte> data_;
  std::span<const std::byte> reply_;
  std::vector<std::byte> copy_;
  Endpoint peer_;
  Endpoint local_;
  bool answered_ = false;
};

/// Called by the one UDP thread for every datagram that was admitted. What it throws is logged; the service goes on.
using DatagramHandler = std::function<void(Datagram&)>;

}  // namespace echopool
