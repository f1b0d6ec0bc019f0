// Raises the limit on open descriptors so that every connection can have one. Internal. Called once, by start().
#pragma once

#include <cstddef>

namespace echopool {

/// Raises RLIMIT_NOFILE (getrlimit(2)) as far as `connections` need it and its hard limit allows, never lowers it. Logs
/// a warning with the numbers and the remedy when not all of them can be open at once; the acceptor then pauses at the
/// limit instead of failing. Returns the number of connections that fit.
std::size_t provide_descriptors(std::size_t connections) noexcept;

}  // namespace echopool
