// The subcommands: the command.cpp in the folder of each defines its tables and what it does. Internal. Pure functions,
// any thread.
#pragma once

#include "cli/command.hpp"

namespace echopool::client {

[[nodiscard]] Command talk_command();
[[nodiscard]] Command ping_command();
[[nodiscard]] Command load_command();
[[nodiscard]] Command deadlock_command();
[[nodiscard]] Command check_command();
[[nodiscard]] Command opts_command();

}  // namespace echopool::client
