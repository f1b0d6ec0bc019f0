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

class ECHOPOOL_EXPORT Datagram {
 public:
  Datagram(const Datagram&) = delete;
  Datagram& operator=(const Datagram&) = delete;

  /// The payload; it may be empty. Valid during the call.
  [[nodiscard]] std::span<const std::byte> data() const noexcept { return data_; }
  [[nodiscard]] const Endpoint& peer() const noexcept { return peer_; }
  /// The address the datagram was sent to, which is also the one a reply leaves from.
  [[nodiscard]] const Endpoint& local() const noexcept { return local_; }

  /// Answers with `bytes` (at most 65,507; more throws std::length_error) when the handler has returned. Bytes that
  /// are part of data() are sent from where they are, others are copied. The last call counts.
  void reply(std::span<const std::byte> bytes);

 private:
  friend class DatagramBatch;
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
