// OptionSources::read_environment().
#include "options/option_sources.hpp"
#include "suggestion.hpp"

#include <algorithm>

namespace echopool {

void OptionSources::read_environment(const char* const* variables) {
  for (; *variables != nullptr; ++variables) read_variable(*variables);
}

void OptionSources::read_variable(std::string_view variable) {
  const auto equals = std::min(variable.find('='), variable.size());
  const std::string name{variable.substr(0, equals)};
  for (const OptionSection& section : table_.sections) {
    if (!name.starts_with(table_.environment_prefix(section.name))) continue;
    std::vector<std::string> known;
    for (std::size_t i = 0; i < table_.options.size(); ++i) {
      if (table_.options[i].section != section.name) continue;
      known.push_back(table_.environment_name(table_.options[i]));
      if (known.back() == name)
        return set(i, variable.substr(std::min(equals + 1, variable.size())), Origin::environment, name);
    }
    add_problem(Problem::Kind::configuration,
                "environment variable " + name + " is unknown" + did_you_mean(name, {known.begin(), known.end()}));
  }
}

}  // namespace echopool
