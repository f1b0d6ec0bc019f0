// A connected, blocking TCP socket whose waits are bounded by SO_RCVTIMEO and SO_SNDTIMEO. Internal. Belongs to one
// thread at a time; only the socket's owner closes it.
//
// The kernel's limits are set once, on the listener, and inherited (socket(7)); this class remembers what is armed and
// calls setsockopt(2) only when a wait must be clearly shorter. Two facts keep it free of clock reads: EAGAIN from a
// recv(2) means that exactly the armed time has passed, and a short wait that ends with data needs no accounting.
#pragma once

#include "kernel/stream.hpp"

namespace echopool {

/// What SO_RCVTIMEO and SO_SNDTIMEO are set to; nullopt is "for ever" (0 to the kernel).
struct ArmedTimeouts {
  Timeout receive;
  Timeout send;
};

class TcpStream final : public Stream {
 public:
  TcpStream(UniqueFd fd, ArmedTimeouts armed, SystemCalls& calls) noexcept
      : Stream{std::move(fd), calls}, armed_{armed} {}

  /// The wait may be overrun by a sixteenth of itself or half a second, whichever is less: the price of not setting the
  /// kernel's limit each time.
  [[nodiscard]] IoResult receive(std::span<std::byte> into, Timeout wait) noexcept override;
  [[nodiscard]] IoResult try_receive(std::span<std::byte> into) noexcept override;
  [[nodiscard]] IoResult send_all(std::span<const std::byte> bytes, Timeout wait) noexcept override;
  [[nodiscard]] IoResult try_send(std::span<const std::byte> bytes) noexcept override;
  [[nodiscard]] bool has_input() noexcept override;
  [[nodiscard]] bool has_pending() const noexcept override { return false; }
  [[nodiscard]] bool short_read_means_empty() const noexcept override { return true; }
  void finish() noexcept override;
  void reset_on_close() noexcept override;
  [[nodiscard]] std::size_t unread() noexcept override;
  [[nodiscard]] std::size_t unsent() noexcept override;

 private:
  /// Makes the kernel's limit fit for a wait of this length: exactly if it is shorter, else leaves it alone.
  void limit_wait(int option, Timeout& armed, Timeout wait) noexcept;
  void set(int option, Timeout& armed, Timeout value) noexcept;

  ArmedTimeouts armed_;
};

/// Sets SO_RCVTIMEO or SO_SNDTIMEO. True on success.
bool set_socket_timeout(SystemCalls& calls, int fd, int option, Timeout value) noexcept;

}  // namespace echopool
