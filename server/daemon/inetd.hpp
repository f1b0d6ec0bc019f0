// --inetd: the socket that is standard input, served until there is nothing to do any more. Internal. Belongs to the
// main thread.
#pragma once

#include "daemon_settings.hpp"
#include "unique_fd.hpp"

#include <echopool/log.hpp>

namespace echopool {

/// A connection is served on this thread, beside the framework's housekeeper (`nowait`); a listening or UDP socket by a
/// server that ends when nothing has come for timeouts.idle (`wait`). Returns the exit status. Logging must be running.
[[nodiscard]] int serve_inetd(UniqueFd socket, const Invocation& invocation, Configuration configuration,
                              Logging& logging);

}  // namespace echopool
