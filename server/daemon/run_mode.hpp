// From the command line to the exit status: what is asked for, and in which of the three ways it is run. Internal.
// Called once, by main().
#pragma once

#include "daemon_settings.hpp"

namespace echopool {

/// 0: stopped as asked, 1: failed, 2: wrong usage, 78: wrong configuration (EX_CONFIG, sysexits.h(3)).
[[nodiscard]] int run_echopoold(const Invocation& invocation);

}  // namespace echopool
