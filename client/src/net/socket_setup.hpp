// The options a measuring socket may be given before it is connected. Internal. Any thread.
#pragma once

#include <functional>
#include <optional>

namespace echopool::client {

enum class Fragmentation { kernel_default, never, discover, as_needed };

struct SocketSetup {
  std::optional<int> hop_limit;       ///< IP_TTL, IPV6_UNICAST_HOPS
  std::optional<int> traffic_class;   ///< IP_TOS, IPV6_TCLASS: the DSCP is its upper six bits (RFC 2474)
  std::optional<int> receive_buffer;  ///< SO_RCVBUF as asked; the kernel doubles it
  std::optional<int> send_buffer;     ///< SO_SNDBUF
  Fragmentation fragmentation = Fragmentation::kernel_default;  ///< IP_MTU_DISCOVER

  /// As DialSettings::prepare: throws NetworkError naming the option that is refused.
  [[nodiscard]] std::function<void(int)> applier() const;
};

}  // namespace echopool::client
