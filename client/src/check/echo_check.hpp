// One echo for a monitoring plugin: connect, send what no other client has sent, compare what comes back. Internal. One
// call, one thread, at most as long as the limit.
#pragma once

#include "measure/clock.hpp"
#include "net/target.hpp"

#include <echopool/endpoint.hpp>

#include <cstdint>
#include <optional>
#include <string>

namespace echopool::client {

struct CheckSettings {
  Target target;
  Endpoint source{};
  Nanoseconds limit = std::chrono::seconds{10};  ///< of everything together
  unsigned tries = 3;                            ///< UDP: datagrams sent until one is answered
  std::string send;                              ///< what to send
  std::optional<std::string> expect;             ///< the answer must contain this; else it must be what was sent
};

enum class CheckOutcome {
  echoed,
  mismatched,  ///< the answer is another one
  refused,     ///< nothing listens there
  failed,      ///< anything else: no answer in time, no route, an unknown name
};

struct CheckReport {
  CheckOutcome outcome = CheckOutcome::failed;
  std::string problem;  ///< why, for people; empty when echoed
  Endpoint peer{};
  Nanoseconds connect{0};  ///< TCP: until connected
  Nanoseconds time{0};     ///< everything
  std::uint64_t received = 0;
  unsigned sent_datagrams = 0;  ///< UDP
};

/// `size` bytes that no earlier check has sent: in hexadecimal, so that they can be read in a capture.
[[nodiscard]] std::string make_nonce(std::size_t size);

[[nodiscard]] CheckReport check_echo(const CheckSettings& settings);

}  // namespace echopool::client
