// The rows of the table of socket options, by protocol layer. Internal. Constant data, any thread.
#pragma once

#include "opts/socket_options.hpp"

namespace echopool {

[[nodiscard]] std::span<const SocketOption> socket_level_options() noexcept;
[[nodiscard]] std::span<const SocketOption> ip_level_options() noexcept;         ///< IPv4, then IPv6
[[nodiscard]] std::span<const SocketOption> transport_level_options() noexcept;  ///< TCP, then UDP

}  // namespace echopool
