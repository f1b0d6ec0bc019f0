// Plain blocking sockets over loopback, for tests that speak to a server. For tests only. Every read and write has a
// fuse of 20 s (SO_RCVTIMEO, SO_SNDTIMEO), so that a failure is a failure and not a hang.
#pragma once

#include "unique_fd.hpp"

#include <echopool/endpoint.hpp>

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace echopool::test {

/// `127.0.0.1:0`: any free port.
inline Endpoint loopback() { return Endpoint::parse("127.0.0.1:0"); }

class Client {
 public:
  /// Connects; throws std::system_error. `receive_buffer`: SO_RCVBUF, set before the handshake.
  explicit Client(const Endpoint& server, std::optional<int> receive_buffer = std::nullopt);

  [[nodiscard]] int fd() const noexcept { return fd_.get(); }

  /// Sends all of it or throws.
  void send(std::string_view bytes);
  /// Sends what the kernel takes without waiting.
  std::size_t send_some(std::string_view bytes);
  void finish_sending();

  /// Exactly `size` bytes, or less when the peer ended before.
  [[nodiscard]] std::string receive(std::size_t size);
  /// Everything up to the peer's end.
  [[nodiscard]] std::string receive_all();
  /// Whether the peer has ended in good order (true) or reset the connection (false). Throws if it does neither within
  /// the fuse, or sends something.
  [[nodiscard]] bool ended_cleanly();
  /// Whether there is something to receive, or an end, within `wait`: the pace of a client that talks now and then.
  [[nodiscard]] bool has_input(std::chrono::milliseconds wait) const;
  /// Closes with a reset instead of an end (SO_LINGER 0).
  void reset();
  void close() { fd_.reset(); }

 private:
  UniqueFd fd_;
};

/// `size` bytes that depend on their position and on `seed`, so that loss, duplication and reordering all show.
[[nodiscard]] std::string pattern(std::size_t size, unsigned seed = 1);

}  // namespace echopool::test
