#include "cli/help.hpp"

#include "cli/arguments.hpp"
#include "wrapped_text.hpp"

#include <string_view>

namespace echopool::client {
namespace {

/// Paragraphs, which empty lines separate.
std::string paragraphs(std::string_view text, std::size_t width) {
  const auto gap = text.find("\n\n");
  std::string result = wrapped(text.substr(0, gap), width, "");
  if (gap != std::string_view::npos) result += "\n\n" + paragraphs(text.substr(gap + 2), width);
  return result;
}

/// Column at which the explanations begin; on a narrow terminal they go on lines of their own.
constexpr std::size_t explanation_column = 30;
constexpr std::size_t narrow = 60;

std::string option_line(const Option& option, std::size_t width) {
  const std::size_t column = width < narrow ? 8 : explanation_column;
  std::string head = option.letter == '\0' ? "      " : std::string{"  -"} + option.letter + ", ";
  head.append("--").append(option.name);
  std::string text{option.help};
  if (option.value.find('|') != std::string_view::npos && head.size() + option.value.size() + 3 > explanation_column) {
    head.append(" WORD");
    std::string words;
    for (const auto choice : split_choices(option.value)) words.append(words.empty() ? "" : ", ").append(choice);
    text.append("; one of ").append(words);
  } else if (!option.value.empty()) {
    head.append(" ").append(option.value);
  }
  if (!option.fallback.empty()) text.append(" (default ").append(option.fallback).append(")");
  return beside(head, text, width, column) + "\n";
}

}  // namespace

std::string help_overview(std::size_t width) {
  std::string text = "Usage: echopool SUBCOMMAND [options] [HOST PORT]\n\n";
  text += paragraphs(
      "Talks to an echo service (RFC 862), measures it, monitors it and explains it. HOST PORT may also be "
      "written HOST:PORT, [v6]:PORT, tcp://HOST:PORT or udp://HOST:PORT; left out, it is 127.0.0.1 51423.",
      width);
  text += "\n\nSubcommands:\n";
  for (const Command& command : commands())
    text += beside("  " + std::string{command.name}, command.summary, width, 12) + "\n";
  text += "\n" +
          paragraphs("'echopool SUBCOMMAND --help' explains a subcommand; 'echopool --version' prints the version.",
                     width) +
          "\n";
  return text;
}

std::string help_command(const Command& command, std::size_t width) {
  std::string text = "Usage: echopool " + std::string{command.name} + " " + std::string{command.usage} + "\n\n";
  text += paragraphs(command.description, width) + "\n";
  for (const OptionGroup& group : command.groups) {
    text += "\n" + std::string{group.title} + ":\n";
    for (const Option& option : group.options) text += option_line(option, width);
  }
  text += "\nGeneral:\n" + beside("  -h, --help", "print this text", width, explanation_column) + "\n" +
          beside("  -V, --version", "print the version", width, explanation_column) + "\n";
  text += "\nExamples:\n";
  for (const Example& example : command.examples)
    text += "  " + std::string{example.command} + "\n" + beside("", example.what, width, 6) + "\n";
  text += "\n" + paragraphs("Exit status: " + std::string{command.exit_status}, width) + "\n";
  return text;
}

}  // namespace echopool::client
