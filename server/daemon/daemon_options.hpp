// The option table of echopoold. Internal. Constant after start-up, any thread.
#pragma once

#include "daemon_settings.hpp"
#include "options/option_table.hpp"

#include <string_view>
#include <vector>

namespace echopool {

/// Every option and switch: what --help, the INI file, the environment and the manual are made from.
[[nodiscard]] const OptionTable& daemon_options();

/// Checks `values` (one for each option of the table) and stores them in `settings`.
void apply_options(const std::vector<OptionValue>& values, DaemonSettings& settings, std::vector<Problem>& problems);

/// The comment at the head of the shipped INI file.
extern const std::string_view ini_preface;

}  // namespace echopool
