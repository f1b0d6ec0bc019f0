#include "options/option_text.hpp"

#include "wrapped_text.hpp"

#include <algorithm>

namespace echopool {
namespace {

constexpr std::size_t help_width = 100;
constexpr std::size_t help_column = 34;
constexpr std::size_t comment_width = 98;  // without the "# " in front

std::string switch_head(const Switch& each) {
  std::string head = each.letter == 0 ? "      --" : std::string{"  -"} + each.letter + ", --";
  head += each.name;
  if (each.value_optional)
    head.append("[=").append(each.hint).append("]");
  else if (!each.hint.empty())
    head.append(" ").append(each.hint);
  return head;
}

std::string default_of(const Option& option) {
  return option.default_value.empty() ? "" : " (default " + std::string{option.default_value} + ")";
}

std::string comment(std::string_view text) { return "# " + wrapped(text, comment_width, "# ") + "\n"; }

std::string commented_lines(std::string_view text) {
  std::string result;
  while (!text.empty()) {
    const auto end = text.find('\n');
    const std::string_view line = text.substr(0, end);
    result += line.empty() ? "#\n" : comment(line);
    text = end == std::string_view::npos ? std::string_view{} : text.substr(end + 1);
  }
  return result;
}

std::string assignment(const Option& option, std::string_view value) {
  std::string line{option.key};
  line += " =";
  if (!value.empty()) line.append(" ").append(value);
  return line;
}

/// scdoc(5): these begin markup unless a backslash stands before them.
std::string escaped(std::string_view text) {
  std::string result;
  for (const char c : text) {
    if (c == '_' || c == '*' || c == '\\') result += '\\';
    result += c;
  }
  return result;
}

}  // namespace

std::string help_text(const OptionTable& table) {
  std::string text = "Usage: " + std::string{table.program} + " [options]\n\n";
  text += wrapped(table.summary, help_width, "") + "\n\n";
  for (const Switch& each : table.switches)
    text += beside(switch_head(each), each.help, help_width, help_column) + "\n";
  for (const OptionSection& section : table.sections) {
    text += "\n" + wrapped("[" + std::string{section.name} + "] " + std::string{section.help}, help_width, "") + "\n";
    for (const Option& option : table.options) {
      if (option.section != section.name) continue;
      const std::string head = "  " + option.flag() + "=" + std::string{option.hint};
      text += beside(head, std::string{option.help} + default_of(option), help_width, help_column) + "\n";
    }
  }
  return text;
}

std::string ini_template(const OptionTable& table, std::string_view preface) {
  std::string text = commented_lines(preface);
  for (const OptionSection& section : table.sections) {
    text += "\n[" + std::string{section.name} + "]\n" + comment(section.help);
    for (const Option& option : table.options) {
      if (option.section != section.name) continue;
      text += "\n" + comment(option.help) + "#" + assignment(option, option.default_value) + "\n";
    }
  }
  return text;
}

std::string ini_dump(const OptionTable& table, const std::vector<OptionValue>& values, std::string_view preface) {
  constexpr std::size_t origin_column = 44;
  std::string text = commented_lines(preface);
  for (const OptionSection& section : table.sections) {
    text += "\n[" + std::string{section.name} + "]\n";
    for (std::size_t i = 0; i < table.options.size(); ++i) {
      if (table.options[i].section != section.name) continue;
      std::string line = assignment(table.options[i], values[i].text);
      line.resize(std::max(line.size() + 2, origin_column), ' ');
      text += line + "# " + values[i].where + "\n";
    }
  }
  return text;
}

std::string manual_entries(const OptionTable& table) {
  std::string text;
  for (const OptionSection& section : table.sections) {
    text += "## [" + escaped(section.name) + "]\n\n" + escaped(section.help) + "\n\n";
    for (const Option& option : table.options) {
      if (option.section != section.name) continue;
      text +=
          "*" + std::string{option.key} + "* = _" + std::string{option.hint} + "_\n\t" + escaped(option.help) + "\n";
      if (!option.default_value.empty()) text += "\n\tDefault: " + escaped(option.default_value) + "\n";
      if (option.applies == Applies::on_restart) text += "\n\tNeeds a restart.\n";
      text += "\n";
    }
  }
  return text;
}

}  // namespace echopool
