// The options of a socket for people and for programs. Internal. Pure functions, any thread.
#pragma once

#include "opts/socket_inspection.hpp"
#include "output/json.hpp"

#include <string>
#include <vector>

namespace echopool::client {

/// One heading for each layer, two or more lines for each option.
[[nodiscard]] std::string socket_options_text(const std::vector<OptionReport>& reports, std::size_t width);

/// A sentence about options that this program has no name for; empty when there are none.
[[nodiscard]] std::string unnamed_options_text(const std::vector<UnnamedOption>& unnamed);

[[nodiscard]] Json socket_options_json(const std::vector<OptionReport>& reports);
[[nodiscard]] Json unnamed_options_json(const std::vector<UnnamedOption>& unnamed);

}  // namespace echopool::client
