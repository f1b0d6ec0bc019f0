// A subcommand as data: the tables from which the parser, --help, the manual pages and the shell completions are made.
// Internal. Constant data, any thread.
#pragma once

#include <string_view>
#include <vector>

namespace echopool::client {

class Arguments;

/// One option of one subcommand.
struct Option {
  std::string_view name;   ///< without the dashes: `verbose`
  char letter = '\0';      ///< the short form; none: '\0'
  std::string_view value;  ///< what follows it: `DURATION`, or the words to choose from: `text|json`; empty: a switch
  std::string_view fallback;  ///< the default, as it would be typed; empty: none
  std::string_view help;      ///< one or two sentences without a final full stop
};

struct OptionGroup {
  std::string_view title;
  std::vector<Option> options;
};

struct Example {
  std::string_view command;
  std::string_view what;
};

struct Command {
  std::string_view name;
  std::string_view summary;      ///< a line
  std::string_view usage;        ///< what follows `echopool NAME`
  std::string_view description;  ///< paragraphs, separated by empty lines
  std::vector<OptionGroup> groups;
  std::vector<Example> examples;
  std::string_view exit_status;
  int usage_error = 2;                  ///< exit status of a command line that makes no sense
  int help_status = 0;                  ///< exit status of --help and --version
  std::string_view failure_label = {};  ///< not empty: failures go to standard output, as one line after this
  int (*run)(const Arguments&);         ///< returns the exit status; may throw UsageError and NetworkError
};

/// All of them, in the order of the manual.
[[nodiscard]] const std::vector<Command>& commands();

/// nullptr: there is none of that name.
[[nodiscard]] const Command* find_command(std::string_view name);

}  // namespace echopool::client
