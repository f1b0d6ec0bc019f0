// What is generated from an option table: the help, the INI files, the manual's entries. Internal. Pure functions, any
// thread.
#pragma once

#include "options/option_sources.hpp"
#include "options/option_table.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace echopool {

/// For --help: the switches, then the options by section; no line is longer than 100 columns.
[[nodiscard]] std::string help_text(const OptionTable& table);

/// An INI file with every option commented out at its default; `preface` becomes the comment at its head, a paragraph
/// a line.
[[nodiscard]] std::string ini_template(const OptionTable& table, std::string_view preface);

/// An INI file with the values in effect, each with where it came from as a comment.
[[nodiscard]] std::string ini_dump(const OptionTable& table, const std::vector<OptionValue>& values,
                                   std::string_view preface);

/// The options for the manual page, in the syntax of scdoc(5).
[[nodiscard]] std::string manual_entries(const OptionTable& table);

}  // namespace echopool
