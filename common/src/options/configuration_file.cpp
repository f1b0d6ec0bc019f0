// OptionSources::read_file().
#include "options/ini_file.hpp"
#include "options/option_sources.hpp"
#include "suggestion.hpp"

#include <algorithm>
#include <map>

namespace echopool {
namespace {

/// `; did you mean …`, the section it belongs to, or all keys that the section has.
std::string key_suggestion(const OptionTable& table, std::string_view section, std::string_view key) {
  std::vector<std::string_view> keys;
  for (const Option& option : table.options)
    if (option.section == section) keys.push_back(option.key);
  if (std::string near = did_you_mean(key, keys); !near.empty()) return near;
  for (const Option& option : table.options)
    if (option.key == key) return "; it belongs to [" + std::string{option.section} + "]";
  std::string known;
  for (const std::string_view each : keys) known += (known.empty() ? "" : ", ") + std::string{each};
  return "; it can be " + known;
}

}  // namespace

void OptionSources::read_file(const std::string& path) {
  const IniFile file = read_ini_file(path);
  std::multimap<std::size_t, std::string> faults;  // of reading the file and of what it says, by line
  for (const IniProblem& problem : file.problems) faults.emplace(problem.line, problem.text);
  std::vector<std::string_view> sections;
  for (const OptionSection& section : table_.sections) sections.push_back(section.name);
  const auto is_known = [&sections](const std::string& name) { return std::ranges::count(sections, name) > 0; };

  for (const IniSection& section : file.sections) {
    if (!is_known(section.name))
      faults.emplace(section.line, "unknown section [" + section.name + "]" + did_you_mean(section.name, sections));
  }
  for (const IniEntry& entry : file.entries) {
    // Of an unknown section it is enough to have said that it is.
    if (!is_known(entry.section)) continue;
    const std::size_t index = table_.find(entry.section, entry.key);
    if (index == table_.options.size())
      faults.emplace(entry.line, "unknown key '" + entry.key + "' in [" + entry.section + "]" +
                                     key_suggestion(table_, entry.section, entry.key));
    else
      set(index, entry.value, Origin::file, path + ":" + std::to_string(entry.line));
  }
  for (const auto& [line, text] : faults) {
    const std::string place = line == 0 ? path : path + ":" + std::to_string(line);
    add_problem(Problem::Kind::configuration, place + ": " + text);
  }
}

}  // namespace echopool
