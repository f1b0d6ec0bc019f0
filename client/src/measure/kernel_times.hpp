// When the kernel sent and received, by its own clock: the round trip without this program's scheduling. Internal. One
// object for one socket, one thread.
//
// SO_TIMESTAMPING (Documentation/networking/timestamping.rst): software stamps are CLOCK_REALTIME, so only the
// difference of two of them means anything; a stamp of a transmission comes back on the error queue with the number of
// the datagram (UDP) or the offset of the last byte (TCP).
#pragma once

#include <sys/socket.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <unordered_map>

namespace echopool::client {

using Nanoseconds = std::chrono::nanoseconds;

/// What recvmsg(2) gave besides the bytes.
struct Reception {
  ssize_t size = -1;                       ///< as recvmsg(2) returns it; errno is set when negative
  std::optional<Nanoseconds> kernel_time;  ///< of arrival
};

/// recvmsg(2) with MSG_DONTWAIT.
[[nodiscard]] Reception receive_with_times(int fd, std::span<std::byte> into) noexcept;

/// Datagrams for which this socket's receive buffer has had no room so far (SO_MEMINFO, Linux 4.12); 0 when the kernel
/// does not tell.
[[nodiscard]] std::uint64_t queue_drops(int fd) noexcept;

class KernelTimes {
 public:
  /// Turns the stamps on. For TCP the socket must be connected: offsets count from here.
  explicit KernelTimes(int fd) noexcept;

  [[nodiscard]] bool enabled() const noexcept { return enabled_; }
  /// Something went wrong with the numbering (a failed send): no more stamps rather than wrong ones.
  void give_up() noexcept { enabled_ = false; }

  /// The time between the kernel's sending of `id` (the number of the datagram or the offset of the last byte, from 0)
  /// and `received`; nullopt when either is unknown or the clock stepped. Forgets `id`.
  [[nodiscard]] std::optional<Nanoseconds> round_trip(std::uint32_t id, std::optional<Nanoseconds> received);
  /// Empties the error queue. Returns the errno of a network error found there, or 0.
  int collect();

 private:
  const int fd_;
  bool enabled_ = false;
  std::unordered_map<std::uint32_t, Nanoseconds> sent_;
};

}  // namespace echopool::client
