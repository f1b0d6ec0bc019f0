#include "completion.hpp"

namespace echopool::packaging {
namespace {

/// For a single-quoted argument of _arguments or _describe.
std::string escaped(std::string_view text, std::string_view special) {
  std::string result;
  for (const char c : text) {
    if (c == '\'') {
      result += "'\\''";
    } else {
      if (c == '\\' || special.find(c) != std::string_view::npos) result += '\\';
      result += c;
    }
  }
  return result;
}

std::string value_of(const Flag& flag) {
  if (flag.value.empty()) return "";
  if (flag.value == "FILE" || flag.value == "PATH") return ":" + flag.value + ":_files";
  if (flag.value == "HOST") return ":host:_hosts";
  const auto choices = flag.choices();
  if (choices.empty()) return ":" + flag.value + ": ";
  std::string words;
  for (const std::string& word : choices) words += (words.empty() ? "" : " ") + word;
  return ":value:(" + words + ")";
}

/// An argument of _arguments. What takes a value may be repeated; a switch need not be.
std::string spec_of(const Flag& flag) {
  std::string name = "--" + flag.name;
  if (flag.style == Flag::Style::attached)
    name += "=-";
  else if (flag.style == Flag::Style::optional)
    name += "=-";
  else if (!flag.value.empty())
    name += "=";
  const std::string value = flag.style == Flag::Style::optional ? ":" + value_of(flag) : value_of(flag);
  const std::string rest = "'[" + escaped(flag.help, "[]") + "]" + value + "'";
  const bool repeated = !flag.value.empty();
  if (flag.letter == '\0') return "'" + std::string{repeated ? "*" : ""} + name + rest.substr(1);
  const std::string letter = std::string{"-"} + flag.letter;
  if (repeated) return "'*'{" + letter + "," + name + "}" + rest;
  return "'(" + letter + " --" + flag.name + ")'{" + letter + "," + name + "}" + rest;
}

std::string specs_of(const std::vector<Group>& groups, const std::string& margin) {
  std::string text;
  for (const Group& group : groups)
    for (const Flag& flag : group.flags) text += " \\\n" + margin + spec_of(flag);
  return text;
}

std::string subcommands_body(const Program& program) {
  std::string text = "  local -a subcommands=(\n";
  for (const Subcommand& each : program.subcommands)
    text += "    '" + each.name + ":" + escaped(each.summary, ":") + "'\n";
  text += R"(  )
  local curcontext=$curcontext state line
  _arguments -C '(- *)'{-h,--help}'[explain the subcommands]' '(- *)'{-V,--version}'[print the version]' \
    '1: :->subcommand' '*:: :->arguments'
  case $state in
    subcommand) _describe -t commands subcommand subcommands;;
    arguments)
      case $words[1] in
        help) _describe -t commands subcommand subcommands;;
)";
  for (const Subcommand& each : program.subcommands)
    text += "        " + each.name + ")\n          _arguments -s -S" + specs_of(each.groups, "            ") +
            " \\\n            '(- *)'{-h,--help}'[explain the options]' '(- *)'{-V,--version}'[print the version]' " +
            std::string{each.takes_host() ? "'*:host:_hosts'" : "'*:word: '"} + ";;\n";
  return text + "      esac;;\n  esac\n";
}

}  // namespace

std::string zsh_completion(const Program& program) {
  return "#compdef " + program.name + "\n# Generated.\n\n_" + program.name + "() {\n" +
         (program.subcommands.empty() ? "  _arguments -s -S" + specs_of(program.groups, "    ") + "\n"
                                      : subcommands_body(program)) +
         "}\n\n_" + program.name + " \"$@\"\n";
}

}  // namespace echopool::packaging
