// The generated parts of the manual pages, in the syntax of scdoc(5). Internal. Pure functions, any thread.
#pragma once

#include "program.hpp"

#include <string>
#include <string_view>

namespace echopool::packaging {

/// A paragraph for each flag of the group.
[[nodiscard]] std::string manual_of(const Group& group);

/// A section for each subcommand.
[[nodiscard]] std::string manual_of(const std::vector<Subcommand>& subcommands);

/// `page` with every line that is a mark, `@version@` within lines, replaced: `@switches@`, `@options@` (those of
/// echopoold) and `@subcommands@` (of echopool). Throws std::runtime_error for an unknown mark.
[[nodiscard]] std::string filled(std::string_view page);

}  // namespace echopool::packaging
