// Turns code addresses into `function (file:line)`. Internal. Any thread; callers wait for each other. Slow: the first
// call reads the debugging information of the whole program (0.1 s, 20 MB with that of glibc installed).
#pragma once

#include "logging/throw_tracer.hpp"

#include <string>
#include <vector>

namespace echopool {

/// One text a frame, innermost first; a call that was inlined is a frame of its own. Without debugging information it
/// is `function (module+0xoffset)`, for addr2line(1). Never starts another program.
[[nodiscard]] std::vector<std::string> describe_frames(StackAddresses stack);

}  // namespace echopool
