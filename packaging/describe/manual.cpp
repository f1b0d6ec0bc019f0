#include "manual.hpp"

#include "daemon_options.hpp"
#include "options/option_text.hpp"

#include <echopool/version.hpp>

#include <stdexcept>

namespace echopool::packaging {
namespace {

/// scdoc(5): these are markup, anywhere or at the start of a line, unless a backslash stands before them.
std::string escaped(std::string_view text) {
  constexpr std::string_view anywhere = "_*\\`";
  constexpr std::string_view at_start = "-.#;|[]";
  std::string result;
  char before = '\n';
  for (const char c : text) {
    if (anywhere.find(c) != std::string_view::npos || (before == '\n' && at_start.find(c) != std::string_view::npos))
      result += '\\';
    result += c;
    before = c;
  }
  return result;
}

std::string heading(const Flag& flag) {
  std::string text = flag.letter == '\0' ? "" : std::string{"*-"} + flag.letter + "*, ";
  text += "*--" + flag.name + "*";
  if (flag.value.empty()) return text;
  const std::string value = "_" + flag.value + "_";
  switch (flag.style) {
    case Flag::Style::separate:
      return text + " " + value;
    case Flag::Style::attached:
      return text + "=" + value;
    case Flag::Style::optional:
      break;
  }
  return text + "[=" + value + "]";
}

std::string upper(std::string_view text) {
  std::string result{text};
  for (char& letter : result)
    if (letter >= 'a' && letter <= 'z') letter = static_cast<char>(letter - 'a' + 'A');
  return result;
}

void replace_all(std::string& text, std::string_view mark, std::string_view by) {
  for (auto at = text.find(mark); at != std::string::npos; at = text.find(mark, at + by.size()))
    text.replace(at, mark.size(), by);
}

std::string generated(std::string_view mark) {
  if (mark == "@switches@") return manual_of(daemon_program().groups.front());
  if (mark == "@options@") return manual_entries(daemon_options());
  if (mark == "@subcommands@") return manual_of(client_program().subcommands);
  throw std::runtime_error{"unknown mark " + std::string{mark}};
}

}  // namespace

std::string manual_of(const Group& group) {
  std::string text;
  for (const Flag& flag : group.flags) {
    text += heading(flag) + "\n\t" + escaped(flag.help) + "\n";
    if (!flag.default_value.empty()) text += "\n\tDefault: " + escaped(flag.default_value) + "\n";
    text += "\n";
  }
  return text;
}

std::string manual_of(const std::vector<Subcommand>& subcommands) {
  std::string text;
  for (const Subcommand& each : subcommands) {
    text += "# " + upper(each.name) + "\n\n*echopool " + each.name + "* " + escaped(each.usage) + "\n\n";
    text += escaped(each.description) + "\n\n";
    for (const Group& group : each.groups) text += "## " + group.title + "\n\n" + manual_of(group);
    if (!each.examples.empty()) text += "## Examples\n\n";
    for (const Example& example : each.examples)
      text += "*" + escaped(example.command) + "*\n\t" + escaped(example.what) + "\n\n";
    text += "## Exit status\n\n" + escaped(each.exit_status) + "\n\n";
  }
  return text;
}

std::string filled(std::string_view page) {
  std::string result;
  while (!page.empty()) {
    const auto end = page.find('\n');
    std::string line{page.substr(0, end)};
    page = end == std::string_view::npos ? std::string_view{} : page.substr(end + 1);
    replace_all(line, "@version@", version());
    if (line.size() > 2 && line.front() == '@' && line.back() == '@')
      result += generated(line);
    else
      result += line + "\n";
  }
  return result;
}

}  // namespace echopool::packaging
