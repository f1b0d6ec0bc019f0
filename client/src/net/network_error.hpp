// The client's one exception for what the network did: it names what failed, the address, why and what to do next.
// Internal. Plain values, any thread.
#pragma once

#include <stdexcept>
#include <string>
#include <string_view>

namespace echopool::client {

enum class Transport : bool { tcp, udp };

[[nodiscard]] constexpr std::string_view to_string(Transport transport) noexcept {
  return transport == Transport::udp ? "udp" : "tcp";
}

class NetworkError : public std::runtime_error {
 public:
  NetworkError(int error, const std::string& what) : std::runtime_error{what}, error_{error} {}
  /// errno, or 0 when no system call failed.
  [[nodiscard]] int error() const noexcept { return error_; }

 private:
  int error_;
};

/// `Connection refused`, `Connection timed out`: strerror(3) without its thread trouble.
[[nodiscard]] std::string error_text(int error);

/// What a person should look at next for this errno; empty when there is nothing to say beyond the error itself.
[[nodiscard]] std::string_view advice(int error, Transport transport) noexcept;

/// `error_text; advice`.
[[nodiscard]] std::string explain(int error, Transport transport);

}  // namespace echopool::client
