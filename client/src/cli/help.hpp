// What --help prints, made from the option tables. Internal. Pure functions, any thread.
#pragma once

#include "cli/command.hpp"

#include <string>

namespace echopool::client {

/// The list of subcommands: `echopool --help`. `width` is the terminal's, in columns.
[[nodiscard]] std::string help_overview(std::size_t width);

/// `echopool COMMAND --help`.
[[nodiscard]] std::string help_command(const Command& command, std::size_t width);

}  // namespace echopool::client
