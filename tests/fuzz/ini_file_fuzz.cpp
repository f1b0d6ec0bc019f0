// scan_ini(): any bytes at all. Everything it returns lies in the text, and what it calls right can be written down and
// read again.
#include "fuzz.hpp"
#include "options/ini_file.hpp"

#include <algorithm>
#include <string>

using namespace echopool;
using echopool::fuzz::require;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto text = fuzz::as_text(data, size);
  const auto lines = static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n')) + 1;
  const IniFile file = scan_ini(text);
  require(file.problems.size() <= most_ini_problems + 1);
  for (const auto& problem : file.problems) require(problem.line <= lines && !problem.text.empty());

  for (const auto& entry : file.entries) {
    require(entry.line >= 1 && entry.line <= lines && !entry.key.empty());
    require(text.find(entry.key) != std::string_view::npos && text.find(entry.value) != std::string_view::npos);
  }
  if (!file.problems.empty()) return 0;
  require(size <= longest_ini_file);
  for (const auto& entry : file.entries) {
    const IniFile one = scan_ini("[" + entry.section + "]\n" + entry.key + "=" + entry.value + "\n");
    require(one.problems.empty() && one.entries.size() == 1);
    require(one.entries.front().section == entry.section && one.entries.front().key == entry.key &&
            one.entries.front().value == entry.value);
  }
  return 0;
}
