#include "cli/arguments.hpp"

#include "quantity.hpp"
#include "suggestion.hpp"

#include <boost/program_options.hpp>

#include <algorithm>
#include <stdexcept>

namespace echopool::client {
namespace {

namespace po = boost::program_options;

const Option help_option{"help", 'h', "", "", ""};
const Option version_option{"version", 'V', "", "", ""};

void describe(po::options_description& description, const Option& option) {
  std::string name{option.name};
  if (option.letter != '\0') name.append(",").append(1, option.letter);
  // Values stay text here: what they mean is checked by us, with better messages.
  auto* semantic = option.value.empty() ? new po::untyped_value{true} : new po::untyped_value{false};
  description.add_options()(name.c_str(), semantic, "");
}

bool has_letter(const Command& command, char letter) {
  for (const auto& group : command.groups)
    for (const auto& option : group.options)
      if (option.letter == letter) return true;
  return false;
}

po::options_description describe(const Command& command) {
  po::options_description description;
  for (const auto& group : command.groups)
    for (const auto& option : group.options) describe(description, option);
  describe(description, help_option);
  Option version = version_option;
  if (has_letter(command, 'V')) version.letter = '\0';
  describe(description, version);
  return description;
}

[[noreturn]] void unknown_option(const Command& command, const std::string& word) {
  std::vector<std::string_view> known{"help", "version"};
  for (const auto& group : command.groups)
    for (const auto& option : group.options) known.push_back(option.name);
  std::string what = "unknown option '" + word + "'";
  if (word.size() > 3) {
    const auto bare = word.substr(2);
    const auto begun = std::find_if(known.begin(), known.end(), [&](auto name) { return name.starts_with(bare); });
    const auto near = begun != known.end() ? std::optional{*begun} : nearest(bare, known);
    if (near) what.append("; did you mean --").append(*near).append("?");
  }
  throw UsageError{what};
}

}  // namespace

std::vector<std::string_view> split_choices(std::string_view text) {
  std::vector<std::string_view> choices;
  for (;;) {
    const auto bar = text.find('|');
    choices.push_back(text.substr(0, bar));
    if (bar == std::string_view::npos) return choices;
    text.remove_prefix(bar + 1);
  }
}

std::string spelled(const Option& option) {
  std::string text = option.letter == '\0' ? "" : std::string{"-"} + option.letter + ", ";
  return text.append("--").append(option.name);
}

Arguments Arguments::parse(const Command& command, const std::vector<std::string>& words) {
  Arguments result;
  result.command_ = &command;
  result.typed_ = words;
  const auto description = describe(command);
  try {
    const auto style = po::command_line_style::unix_style & ~po::command_line_style::allow_guessing;
    const auto parsed = po::command_line_parser{words}.options(description).style(style).run();
    for (const auto& option : parsed.options) {
      if (option.position_key >= 0) {
        result.words_.insert(result.words_.end(), option.value.begin(), option.value.end());
      } else {
        auto& values = result.values_[option.string_key];
        values.insert(values.end(), option.value.begin(), option.value.end());
      }
    }
  } catch (const po::unknown_option& error) {
    unknown_option(command, error.get_option_name());
  } catch (const po::error& error) {
    throw UsageError{error.what()};
  }
  for (const auto& group : command.groups) {
    for (const auto& option : group.options) {
      if (option.value.find('|') == std::string_view::npos || !result.has(option.name)) continue;
      const auto choices = split_choices(option.value);
      const std::string given = result.text(option.name);
      if (std::find(choices.begin(), choices.end(), given) != choices.end()) continue;
      const auto near = nearest(given, choices);
      result.wrong(
          option.name, given,
          "must be one of " + std::string{option.value} + (near ? "; did you mean " + std::string{*near} + "?" : ""));
    }
  }
  return result;
}

const Option& Arguments::option(std::string_view name) const {
  for (const auto& group : command_->groups)
    for (const auto& option : group.options)
      if (option.name == name) return option;
  throw std::logic_error{"no option --" + std::string{name} + " in the table of " + std::string{command_->name}};
}

void Arguments::wrong(std::string_view name, const std::string& value, const std::string& remedy) const {
  throw UsageError{spelled(option(name)) + " '" + value + "': " + remedy};
}

bool Arguments::has_value(std::string_view name) const { return has(name) || !option(name).fallback.empty(); }

std::string Arguments::text(std::string_view name) const {
  if (const auto found = values_.find(name); found != values_.end() && !found->second.empty())
    return found->second.back();
  if (option(name).fallback.empty()) throw std::logic_error{"option --" + std::string{name} + " has no value"};
  return std::string{option(name).fallback};
}

std::vector<std::string> Arguments::all(std::string_view name) const {
  const auto found = values_.find(name);
  return found == values_.end() ? std::vector<std::string>{} : found->second;
}

Nanoseconds Arguments::duration(std::string_view name) const {
  const std::string value = text(name);
  const auto parsed = parse_duration(value, NoUnit::is_seconds);
  if (!parsed) wrong(name, value, "not a duration; write 250us, 10ms, 1m30s, or a number of seconds");
  return *parsed;
}

std::uint64_t Arguments::size(std::string_view name, std::uint64_t least, std::uint64_t most) const {
  const std::string value = text(name);
  const auto parsed = parse_size(value);
  if (!parsed) wrong(name, value, "not a size; write 512, 64K (of 1024) or 10M");
  if (*parsed < least || *parsed > most)
    wrong(name, value, "must be from " + format_count(least) + " to " + format_count(most) + " bytes");
  return *parsed;
}

std::uint64_t Arguments::count(std::string_view name, std::uint64_t least, std::uint64_t most) const {
  const std::string value = text(name);
  const auto parsed = parse_count(value);
  if (!parsed || *parsed < least || *parsed > most)
    wrong(name, value, "must be a whole number from " + format_count(least) + " to " + format_count(most));
  return *parsed;
}

double Arguments::rate(std::string_view name) const {
  const std::string value = text(name);
  const auto parsed = parse_rate(value);
  if (!parsed || *parsed <= 0) wrong(name, value, "not a rate; write a number a second: 200, 20k, 1.5M");
  return *parsed;
}

Timeout Arguments::timeout(std::string_view name) const {
  if (!has_value(name)) return std::nullopt;
  return std::chrono::ceil<std::chrono::milliseconds>(duration(name));
}

}  // namespace echopool::client
