// How many descriptors this process may open. Internal. Any thread; the limit is the process's.
#pragma once

#include <cstddef>

namespace echopool {

/// Raises RLIMIT_NOFILE (getrlimit(2)) to `wanted`, as far as its hard limit allows; never lowers it. Returns the limit
/// that is in force then, and `wanted` when it cannot be found out.
std::size_t raise_descriptor_limit(std::size_t wanted) noexcept;

}  // namespace echopool
