#include "cli/command.hpp"
#include "cli/subcommands.hpp"

namespace echopool::client {

const std::vector<Command>& commands() {
  static const std::vector<Command> all{talk_command(),     ping_command(),  load_command(),
                                        deadlock_command(), check_command(), opts_command()};
  return all;
}

const Command* find_command(std::string_view name) {
  for (const Command& command : commands())
    if (command.name == name) return &command;
  return nullptr;
}

}  // namespace echopool::client
