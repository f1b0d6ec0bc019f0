// echopool: the companion client.
#include "cli/arguments.hpp"
#include "cli/help.hpp"
#include "net/network_error.hpp"
#include "output/report.hpp"
#include "output/terminal.hpp"
#include "suggestion.hpp"

#include <echopool/version.hpp>

#include <unistd.h>

#include <algorithm>
#include <exception>
#include <iostream>
#include <string>
#include <vector>

namespace {

using echopool::did_you_mean;
using namespace echopool::client;

constexpr int usage_error = 2;

int print(const std::string& text) {
  std::cout << text << std::flush;
  return std::cout ? 0 : 1;
}

int print_version() { return print("echopool " + std::string{echopool::version()} + "\n"); }

int unknown_subcommand(const std::string& word) {
  std::vector<std::string_view> known{"help"};
  for (const Command& command : commands()) known.push_back(command.name);
  const std::string meant = did_you_mean(word, known);
  std::cerr << "echopool: there is no subcommand '" << word << "'"
            << (meant.empty() ? "; 'echopool --help' lists them" : meant) << "\n";
  return usage_error;
}

/// `echopool help [SUBCOMMAND]`.
int help(const std::vector<std::string>& words) {
  const std::size_t width = width_of(STDOUT_FILENO);
  if (words.empty()) return print(help_overview(width));
  const Command* command = find_command(words.front());
  return command == nullptr ? unknown_subcommand(words.front()) : print(help_command(*command, width));
}

bool has_json(const Command& command) {
  return std::any_of(command.groups.begin(), command.groups.end(), [](const OptionGroup& group) {
    return std::any_of(group.options.begin(), group.options.end(),
                       [](const Option& option) { return option.name == "json"; });
  });
}

/// Whether the result is wanted as JSON, even though the command line may make no sense.
bool wants_json(const Command& command, const std::vector<std::string>& words) {
  return has_json(command) && std::any_of(words.begin(), words.end(), [](const std::string& word) {
           const bool letters = word.size() > 1 && word[0] == '-' && word[1] != '-';
           return word == "--json" || (letters && word.find('J') != std::string::npos);
         });
}

int fail(const Command& command, const std::vector<std::string>& words, const std::string& what, int error,
         int status) {
  if (!command.failure_label.empty()) {
    print(std::string{command.failure_label} + what + "\n");
    return status;
  }
  std::cerr << "echopool " << command.name << ": " << what << "\n";
  if (wants_json(command, words))
    print(Json{failure_report(command.name, words, what, error, status)}.to_string() + "\n");
  return status;
}

int run(const Command& command, const std::vector<std::string>& words) {
  const int failed = command.failure_label.empty() ? 1 : command.usage_error;
  try {
    const Arguments arguments = Arguments::parse(command, words);
    if (arguments.has("help")) {
      print(help_command(command, width_of(STDOUT_FILENO)));
      return command.help_status;
    }
    if (arguments.has("version")) {
      print_version();
      return command.help_status;
    }
    return command.run(arguments);
  } catch (const UsageError& error) {
    fail(command, words, error.what(), 0, command.usage_error);
    if (command.failure_label.empty()) std::cerr << "'echopool " << command.name << " --help' explains the options.\n";
    return command.usage_error;
  } catch (const NetworkError& error) {
    return fail(command, words, error.what(), error.error(), failed);
  } catch (const std::exception& error) {
    return fail(command, words, error.what(), 0, failed);
  }
}

}  // namespace

int main(int argc, char** argv) {
  std::vector<std::string> words{argv + 1, argv + argc};
  if (words.empty()) {
    std::cerr << help_overview(width_of(STDERR_FILENO));
    return usage_error;
  }
  const std::string first = words.front();
  words.erase(words.begin());
  if (first == "--help" || first == "-h" || first == "help") return help(words);
  if (first == "--version" || first == "-V") return print_version();
  if (const Command* command = find_command(first)) return run(*command, words);
  return unknown_subcommand(first);
}
