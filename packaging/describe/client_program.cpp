#include "cli/command.hpp"
#include "program.hpp"

namespace echopool::packaging {
namespace {

std::vector<Group> groups_of(const client::Command& command) {
  std::vector<Group> groups;
  for (const client::OptionGroup& from : command.groups) {
    Group group{std::string{from.title}, {}};
    for (const client::Option& option : from.options)
      group.flags.push_back({option.letter, std::string{option.name}, std::string{option.value}, Flag::Style::separate,
                             std::string{option.fallback}, std::string{option.help}});
    groups.push_back(std::move(group));
  }
  return groups;
}

}  // namespace

Program client_program() {
  Program program{"echopool", {}, {}};
  for (const client::Command& command : client::commands()) {
    std::vector<Example> examples;
    for (const client::Example& each : command.examples)
      examples.push_back({std::string{each.command}, std::string{each.what}});
    program.subcommands.push_back({std::string{command.name}, std::string{command.summary}, std::string{command.usage},
                                   std::string{command.description}, groups_of(command), std::move(examples),
                                   std::string{command.exit_status}});
  }
  return program;
}

}  // namespace echopool::packaging
