// What to do about a failed accept(2). Internal. Pure.
#pragma once

#include <cstdint>

namespace echopool {

enum class AcceptVerdict : std::uint8_t {
  retry,     ///< that connection is lost, or the call was interrupted: accept the next one
  wait,      ///< there is none: back to poll(2)
  back_off,  ///< a resource is exhausted: the connection stays in the backlog, try again in a while
  give_up,   ///< this listener is no longer one: a bug, or a close(2) elsewhere in the program
};

/// Linux passes pending network errors of the new connection through accept(2), and a firewall's refusal as EPERM:
/// none of them says anything about the listener. An unknown error backs off, so that nothing can stop or
/// spin the accept loop.
[[nodiscard]] AcceptVerdict classify_accept_error(int error) noexcept;

}  // namespace echopool
