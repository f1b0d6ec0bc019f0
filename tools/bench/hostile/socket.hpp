// A client's TCP socket on loopback, and what the kernel says of it. Of the program hostile, one thread.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace hostile {

/// How a connection's kernel is made small; 0 is the kernel's choice.
struct Sizes {
  int receive_buffer = 0;
  int send_buffer = 0;
  int segment = 0;
};

/// What the kernel says of a connection (TCP_INFO, tcp(7)).
struct Facts {
  bool established = false;
  std::uint64_t acknowledged = 0;  ///< bytes of ours that have come to the peer's kernel, and one for the SYN
  std::uint64_t received = 0;      ///< bytes of the peer that have come to ours, read or not
};

/// Owns its descriptor.
class Socket {
 public:
  Socket() noexcept = default;
  ~Socket();
  Socket(Socket&& other) noexcept;
  Socket& operator=(Socket&& other) noexcept;

  /// Begins to connect to 127.0.0.1 and does not wait: it is connected, or has failed, when it is writable.
  [[nodiscard]] static Socket dial(std::uint16_t port, Sizes sizes = {});

  [[nodiscard]] int descriptor() const noexcept { return descriptor_; }
  [[nodiscard]] bool is_open() const noexcept { return descriptor_ >= 0; }
  /// The outcome of dial(): whether it is connected.
  [[nodiscard]] bool is_connected() const noexcept;
  /// How much the kernel took; nullopt when the connection is broken.
  std::optional<std::size_t> send(std::string_view bytes) noexcept;
  /// Takes at most `most` bytes of what is there and throws them away; nullopt at an end or an error.
  std::optional<std::size_t> take(std::size_t most) noexcept;
  /// Tells the peer that nothing more will be sent.
  bool finish() noexcept;
  /// Closes with RST: nothing is left behind, neither here nor in TIME_WAIT.
  void reset() noexcept;
  [[nodiscard]] Facts facts() const noexcept;
  /// Bytes that the kernel still has to send (SIOCOUTQ), or that the peer has not acknowledged.
  [[nodiscard]] std::size_t unsent() const noexcept;

 private:
  int descriptor_ = -1;
};

[[noreturn]] void die(const char* what);

}  // namespace hostile
