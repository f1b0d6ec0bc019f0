#include "daemon_options.hpp"
#include "program.hpp"

namespace echopool::packaging {
namespace {

Flag flag_of(const Switch& each) {
  const auto style = each.value_optional ? Flag::Style::optional : Flag::Style::separate;
  return {each.letter, std::string{each.name}, std::string{each.hint}, style, "", std::string{each.help}};
}

Flag flag_of(const Option& option) {
  return {'\0',
          option.name(),
          std::string{option.hint},
          Flag::Style::attached,
          std::string{option.default_value},
          std::string{option.help}};
}

}  // namespace

Program daemon_program() {
  const OptionTable& table = daemon_options();
  Program program{std::string{table.program}, {{}}, {}};
  for (const Switch& each : table.switches) program.groups.front().flags.push_back(flag_of(each));
  for (const OptionSection& section : table.sections) {
    Group group{std::string{section.name}, {}};
    for (const Option& option : table.options)
      if (option.section == section.name) group.flags.push_back(flag_of(option));
    program.groups.push_back(std::move(group));
  }
  return program;
}

}  // namespace echopool::packaging
