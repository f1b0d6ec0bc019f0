// A connected, blocking TCP socket whose waits are bounded by SO_RCVTIMEO and SO_SNDTIMEO. Internal. Belongs to one
// thread at a time; only the socket's owner closes it.
//
// The kernel's limits are set once, on the listener, and inherited (socket(7)); this class remembers what is armed and
// calls setsockopt(2) only when a wait must be clearly shorter. Two facts keep it free of clock reads: EAGAIN from a
// recv(2) means that exactly the armed time has passed, and a short wait that ends with data needs no accounting.
#pragma once

#include "kernel/system_calls.hpp"
#include "unique_fd.hpp"

#include <echopool/io_result.hpp>
#include <echopool/literals.hpp>

#include <chrono>
#include <cstddef>
#include <span>

namespace echopool {

/// What SO_RCVTIMEO and SO_SNDTIMEO are set to; nullopt is "for ever" (0 to the kernel).
struct ArmedTimeouts {
  Timeout receive;
  Timeout send;
};

class TcpStream {
 public:
  TcpStream(UniqueFd fd, ArmedTimeouts armed, SystemCalls& calls) noexcept
      : calls_{&calls}, armed_{armed}, fd_{std::move(fd)} {}

  [[nodiscard]] int fd() const noexcept { return fd_.get(); }
  [[nodiscard]] SystemCalls& calls() const noexcept { return *calls_; }

  /// Waits at most `wait` (nullopt: for ever) for input. `interrupted`: a signal came; nothing was read. The wait may
  /// be overrun by a sixteenth of itself or half a second, whichever is less: the price of not re-arming each time.
  [[nodiscard]] IoResult receive(std::span<std::byte> into, Timeout wait) noexcept;

  /// Sends all of it within `wait`, counted over all partial sends.
  [[nodiscard]] IoResult send_all(std::span<const std::byte> bytes, Timeout wait) noexcept;

  void shutdown_write() noexcept;
  /// The coming close(2) discards what is unsent and resets the connection (SO_LINGER with 0, socket(7)).
  void reset_on_close() noexcept;

  /// Bytes waiting to be read (SIOCINQ) and bytes not yet acknowledged by the peer (SIOCOUTQ), tcp(7); 0 if unknown.
  [[nodiscard]] std::size_t unread() noexcept;
  [[nodiscard]] std::size_t unsent() noexcept;

 private:
  /// Makes the kernel's limit fit for a wait of this length: exactly if it is shorter, else leaves it alone.
  void arm(int option, Timeout& armed, Timeout wait) noexcept;
  void set(int option, Timeout& armed, Timeout value) noexcept;

  SystemCalls* calls_;
  ArmedTimeouts armed_;
  UniqueFd fd_;
};

/// Sets SO_RCVTIMEO or SO_SNDTIMEO. True on success.
bool set_socket_timeout(SystemCalls& calls, int fd, int option, Timeout value) noexcept;

}  // namespace echopool
