// How many descriptors a process has open: what a test compares before and after. For tests only.
#pragma once

#include <sys/types.h>

#include <cstddef>

namespace echopool::test {

/// Of this process (0) or another one of ours (proc(5)).
[[nodiscard]] std::size_t open_descriptors(pid_t pid = 0);

/// How many threads it has.
[[nodiscard]] std::size_t running_threads(pid_t pid = 0);

}  // namespace echopool::test
