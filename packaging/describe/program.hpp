// What a program can be told, in the one form from which its manual page and its completions are made, whichever of our
// two option tables it comes from. Internal. Plain values, any thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace echopool::packaging {

struct Flag {
  char letter = '\0';  ///< the short form; none: '\0'
  std::string name;    ///< without the dashes
  std::string value;   ///< what follows it: `FILE`, or the words to choose from: `park|hold`; empty: a switch
  enum class Style { separate, attached, optional } style = Style::separate;  ///< `--name V`, `--name=V`, `--name[=V]`
  std::string default_value;                                                  ///< the default; empty: none
  std::string help;

  /// The words to choose from; empty when it is not a choice.
  [[nodiscard]] std::vector<std::string> choices() const;
};

struct Group {
  std::string title;
  std::vector<Flag> flags;
};

struct Example {
  std::string command;
  std::string what;
};

struct Subcommand {
  std::string name;
  std::string summary;
  std::string usage;
  std::string description;  ///< paragraphs, separated by empty lines
  std::vector<Group> groups;
  std::vector<Example> examples;
  std::string exit_status;

  [[nodiscard]] bool takes_host() const { return usage.find("HOST") != std::string::npos; }
};

struct Program {
  std::string name;
  std::vector<Group> groups;
  std::vector<Subcommand> subcommands;
};

/// echopoold: its switches in a group without a title, then a group for each section of the INI file.
[[nodiscard]] Program daemon_program();
/// echopool: a subcommand for each of its own.
[[nodiscard]] Program client_program();

}  // namespace echopool::packaging
