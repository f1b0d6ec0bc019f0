// UDP sockets over loopback: one that speaks, and one that forges where a datagram comes from. For tests only. Every
// receive has a fuse of 20 s, so that a failure is a failure and not a hang.
#pragma once

#include "loopback.hpp"
#include "unique_fd.hpp"

#include <echopool/endpoint.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace echopool::test {

class UdpPeer {
 public:
  struct Received {
    std::string bytes;
    Endpoint from;
  };

  /// Bound to `local`; throws std::system_error.
  explicit UdpPeer(const Endpoint& local = loopback());

  [[nodiscard]] int fd() const noexcept { return fd_.get(); }
  [[nodiscard]] Endpoint local() const;

  void send(const Endpoint& to, std::string_view bytes);
  /// Waits for a datagram, or throws.
  [[nodiscard]] Received receive();
  /// A datagram that is already here.
  [[nodiscard]] std::optional<Received> receive_now();
  /// send() and then what came back.
  [[nodiscard]] Received ask(const Endpoint& where, std::string_view bytes);
  /// For sending to broadcast addresses (SO_BROADCAST).
  void allow_broadcast();

 private:
  std::optional<Received> receive(int flags);

  UniqueFd fd_;
};

/// Whether a datagram comes back. A lost one is sent again, as any client of UDP must.
[[nodiscard]] bool answers_datagrams(const Endpoint& server);

/// Sends datagrams with any source address and port, through raw sockets: for inside enter_private_network() only.
class Forger {
 public:
  Forger();
  /// Both of one family. Throws std::system_error when the kernel will not send it.
  void send(const Endpoint& from, const Endpoint& to, std::string_view bytes);

 private:
  UniqueFd v4_;
  UniqueFd v6_;
};

}  // namespace echopool::test
