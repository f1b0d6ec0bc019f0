// Completions for the shells, as files that need neither the programs nor anything else at run time. Internal. Pure
// functions, any thread.
#pragma once

#include "program.hpp"

#include <string>

namespace echopool::packaging {

[[nodiscard]] std::string bash_completion(const Program& program);
[[nodiscard]] std::string zsh_completion(const Program& program);

}  // namespace echopool::packaging
