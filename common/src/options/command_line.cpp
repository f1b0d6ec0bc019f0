// OptionSources::read_command_line(), with Boost.Program_options as the parser.
#include "options/option_sources.hpp"
#include "suggestion.hpp"

#include <boost/program_options/option.hpp>
#include <boost/program_options/options_description.hpp>
#include <boost/program_options/parsers.hpp>
#include <boost/program_options/value_semantic.hpp>

#include <algorithm>
#include <set>

namespace echopool {
namespace {

namespace po = boost::program_options;

/// `--section.key=` is an empty value, which Boost's own parser refuses.
std::vector<po::option> parse_empty_value(std::vector<std::string>& tokens) {
  const std::string token = tokens.front();
  if (!token.starts_with("--") || token.size() < 4 || token.find('=') != token.size() - 1) return {};
  tokens.erase(tokens.begin());
  po::option option{token.substr(2, token.size() - 3), {std::string{}}};
  option.original_tokens = {token};
  return {option};
}

po::options_description describe(const OptionTable& table) {
  po::options_description description;
  for (const Switch& each : table.switches) {
    const std::string names = std::string{each.name} + (each.letter == 0 ? "" : std::string{","} + each.letter);
    if (each.hint.empty())
      description.add_options()(names.c_str(), "");
    else if (each.value_optional)
      description.add_options()(names.c_str(), po::value<std::string>()->implicit_value(""));
    else
      description.add_options()(names.c_str(), po::value<std::string>());
  }
  for (const Option& option : table.options) description.add_options()(option.name().c_str(), po::value<std::string>());
  return description;
}

/// `; did you mean …`, or where to look.
std::string flag_suggestion(const OptionTable& table, std::string_view flag) {
  const std::string_view word = flag.substr(std::min(flag.find_first_not_of('-'), flag.size()));
  std::vector<std::string> flags;
  for (const Switch& each : table.switches) flags.push_back("--" + std::string{each.name});
  for (const Option& option : table.options) {
    // Written as in the INI file, without the section that a flag needs.
    if (option.key == word) return "; did you mean '" + option.flag() + "'?";
    flags.push_back(option.flag());
  }
  const std::string near = did_you_mean("--" + std::string{word}, {flags.begin(), flags.end()});
  return near.empty() ? "; --help lists what there is" : near;
}

/// What is wrong with how an option was given; empty: nothing. `seen` gets its name.
std::string fault_of(const po::option& option, const OptionTable& table, std::set<std::string>& seen) {
  const std::string token = option.original_tokens.empty() ? option.string_key : option.original_tokens.front();
  const std::string flag = token.substr(0, token.find('='));
  if (option.string_key.empty()) return "unexpected argument '" + token + "'; options begin with --";
  if (option.unregistered) return "unknown option " + flag + flag_suggestion(table, flag);
  if (!seen.insert(option.string_key).second) return "option " + flag + " is given twice; keep one of the two";
  return {};
}

}  // namespace

void OptionSources::read_command_line(const std::vector<std::string>& arguments) {
  try {
    constexpr int style = po::command_line_style::unix_style & ~po::command_line_style::allow_guessing;
    const po::options_description description = describe(table_);
    const auto parsed = po::command_line_parser{arguments}
                            .options(description)
                            .style(style)
                            .extra_style_parser(parse_empty_value)
                            .allow_unregistered()
                            .run();
    std::set<std::string> seen;
    for (const po::option& option : parsed.options) {
      if (std::string fault = fault_of(option, table_, seen); !fault.empty()) {
        add_problem(Problem::Kind::usage, std::move(fault));
        continue;
      }
      const std::string text = option.value.empty() ? "" : option.value.front();
      const std::size_t index = table_.find(option.string_key);
      if (index == table_.options.size())
        switches_[option.string_key] = text;
      else
        set(index, text, Origin::command_line, "--" + option.string_key);
    }
  } catch (const po::error& error) {
    add_problem(Problem::Kind::usage, error.what());
  }
}

}  // namespace echopool
