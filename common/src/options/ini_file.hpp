// An INI file as raw strings with their line numbers; what they mean is the reader's business. Internal. Pure functions
// but for read_ini_file(), any thread.
//
//   # comment            `#` or `;` begins one at the start of a line or after white space
//   [section]            once each
//   key = value          once each; white space around both is dropped; quotes and backslashes are ordinary characters
//
// Lines end in LF or CRLF, a UTF-8 byte order mark is ignored, and there are no continuation lines.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace echopool {

struct IniEntry {
  std::string section;
  std::string key;
  std::string value;
  std::size_t line = 0;  ///< counted from 1
};

struct IniSection {
  std::string name;
  std::size_t line = 0;
};

struct IniProblem {
  std::size_t line = 0;  ///< 0: the file as a whole
  std::string text;
};

struct IniFile {
  std::vector<IniSection> sections;
  std::vector<IniEntry> entries;
  std::vector<IniProblem> problems;  ///< everything found wrong, in the order of the lines
};

/// Limits that no configuration written by a person meets: what passes them is another kind of file.
inline constexpr std::size_t longest_ini_file = 64 * 1024;
inline constexpr std::size_t longest_ini_line = 8 * 1024;
/// After this many problems the rest of the file is not read.
inline constexpr std::size_t most_ini_problems = 20;

/// Never throws for what the text holds: every fault becomes a problem, and reading goes on behind it.
[[nodiscard]] IniFile scan_ini(std::string_view text);

/// As scan_ini(); a file that cannot be read is a problem too.
[[nodiscard]] IniFile read_ini_file(const std::string& path);

}  // namespace echopool
