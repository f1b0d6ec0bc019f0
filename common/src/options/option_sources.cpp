#include "options/option_sources.hpp"

#include "options/ini_file.hpp"
#include "options/units.hpp"
#include "suggestion.hpp"

#include <boost/program_options/option.hpp>
#include <boost/program_options/options_description.hpp>
#include <boost/program_options/parsers.hpp>
#include <boost/program_options/value_semantic.hpp>
#include <boost/program_options/variables_map.hpp>

#include <algorithm>
#include <map>
#include <set>
#include <stdexcept>

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

/// What one source said, and where it said it.
struct Said {
  explicit Said(const po::options_description* description) : parsed{description} {}

  void add(const std::string& name, const std::string& text, const std::string& place) {
    parsed.options.push_back({name, {text}});
    where[name] = place;
  }

  po::parsed_options parsed;
  std::map<std::string, std::string> where;
};

/// Faults of reading a file and of what it says, by line.
using Faults = std::multimap<std::size_t, std::string>;

/// The names of `texts` as `nearest` wants them; they live as long as the texts.
std::vector<std::string_view> views(const std::vector<std::string>& texts) { return {texts.begin(), texts.end()}; }

}  // namespace

struct OptionSources::Impl {
  explicit Impl(const OptionTable& options);

  void complain(Problem::Kind kind, std::string text) { problems.push_back({kind, std::move(text)}); }
  void store(const Said& said, Origin origin);
  std::vector<po::option> checked(const std::vector<po::option>& options);
  void read_variable(std::string_view variable, Said& said);
  void read_entries(const std::string& path, const IniFile& file, Said& said, Faults& faults);
  std::string flag_suggestion(std::string_view flag) const;
  std::string key_suggestion(std::string_view section, std::string_view key) const;

  const OptionTable& table;
  po::options_description description;
  po::variables_map storage;
  std::map<std::string, std::string, std::less<>> switches;
  std::vector<OptionValue> values;
  std::vector<Problem> problems;
};

OptionSources::Impl::Impl(const OptionTable& options) : table{options} {
  for (const Switch& each : table.switches) {
    const std::string names = std::string{each.name} + (each.letter == 0 ? "" : std::string{","} + each.letter);
    if (each.hint.empty())
      description.add_options()(names.c_str(), "");
    else if (each.value_optional)
      description.add_options()(names.c_str(), po::value<std::string>()->implicit_value(""));
    else
      description.add_options()(names.c_str(), po::value<std::string>());
  }
  for (const Option& option : table.options) {
    const std::string standard{option.standard};
    description.add_options()(option.name().c_str(), po::value<std::string>()->default_value(standard));
    values.push_back({standard, Origin::standard, "default"});
  }
}

void OptionSources::Impl::store(const Said& said, Origin origin) {
  po::store(said.parsed, storage);
  for (std::size_t i = 0; i < values.size(); ++i) {
    const std::string name = table.options[i].name();
    const po::variable_value& stored = storage[name];
    if (stored.defaulted() || values[i].origin != Origin::standard) continue;
    values[i] = {std::string{trimmed(stored.as<std::string>())}, origin, said.where.at(name)};
  }
}

/// Reports what is unknown, out of place or said twice, and gives the rest.
std::vector<po::option> OptionSources::Impl::checked(const std::vector<po::option>& options) {
  std::vector<po::option> right;
  std::set<std::string> seen;
  for (const po::option& option : options) {
    const std::string token = option.original_tokens.empty() ? option.string_key : option.original_tokens.front();
    const std::string flag = token.substr(0, token.find('='));
    if (option.string_key.empty())
      complain(Problem::Kind::usage, "unexpected argument '" + token + "'; options begin with --");
    else if (option.unregistered)
      complain(Problem::Kind::usage, "unknown option " + flag + flag_suggestion(flag));
    else if (!seen.insert(option.string_key).second)
      complain(Problem::Kind::usage, "option " + flag + " is given twice; keep one of the two");
    else
      right.push_back(option);
  }
  return right;
}

void OptionSources::Impl::read_variable(std::string_view variable, Said& said) {
  const auto equals = std::min(variable.find('='), variable.size());
  const std::string name{variable.substr(0, equals)};
  const std::string text{variable.substr(std::min(equals + 1, variable.size()))};
  for (const OptionSection& section : table.sections) {
    if (!name.starts_with(table.environment_prefix(section.name))) continue;
    std::vector<std::string> known;
    for (const Option& option : table.options) {
      if (option.section != section.name) continue;
      known.push_back(table.environment_name(option));
      if (known.back() == name) return said.add(option.name(), text, name);
    }
    complain(Problem::Kind::configuration,
             "environment variable " + name + " is unknown" + did_you_mean(name, views(known)));
  }
}

void OptionSources::Impl::read_entries(const std::string& path, const IniFile& file, Said& said, Faults& faults) {
  std::vector<std::string_view> sections;
  for (const OptionSection& section : table.sections) sections.push_back(section.name);
  for (const IniSection& section : file.sections) {
    if (std::find(sections.begin(), sections.end(), section.name) == sections.end())
      faults.emplace(section.line, "unknown section [" + section.name + "]" + did_you_mean(section.name, sections));
  }
  for (const IniEntry& entry : file.entries) {
    // Of an unknown section it is enough to have said that it is.
    if (std::find(sections.begin(), sections.end(), entry.section) == sections.end()) continue;
    const std::size_t index = table.find(entry.section, entry.key);
    if (index == table.options.size())
      faults.emplace(entry.line, "unknown key '" + entry.key + "' in [" + entry.section + "]" +
                                     key_suggestion(entry.section, entry.key));
    else
      said.add(table.options[index].name(), entry.value, path + ":" + std::to_string(entry.line));
  }
}

std::string OptionSources::Impl::flag_suggestion(std::string_view flag) const {
  const std::string_view word = flag.substr(std::min(flag.find_first_not_of('-'), flag.size()));
  std::vector<std::string> flags;
  for (const Switch& each : table.switches) flags.push_back("--" + std::string{each.name});
  for (const Option& option : table.options) {
    // Written as in the INI file, without the section that a flag needs.
    if (option.key == word) return "; did you mean '" + option.flag() + "'?";
    flags.push_back(option.flag());
  }
  const std::string near = did_you_mean("--" + std::string{word}, views(flags));
  return near.empty() ? "; --help lists what there is" : near;
}

std::string OptionSources::Impl::key_suggestion(std::string_view section, std::string_view key) const {
  std::vector<std::string_view> keys;
  for (const Option& option : table.options)
    if (option.section == section) keys.push_back(option.key);
  if (std::string near = did_you_mean(key, keys); !near.empty()) return near;
  for (const Option& option : table.options)
    if (option.key == key) return "; it belongs to [" + std::string{option.section} + "]";
  std::string known;
  for (const std::string_view each : keys) known += (known.empty() ? "" : ", ") + std::string{each};
  return "; it can be " + known;
}

OptionSources::OptionSources(const OptionTable& table) : impl_{std::make_unique<Impl>(table)} {}
OptionSources::~OptionSources() = default;

void OptionSources::read_command_line(const std::vector<std::string>& arguments) {
  try {
    constexpr int style = po::command_line_style::unix_style & ~po::command_line_style::allow_guessing;
    const auto parsed = po::command_line_parser{arguments}
                            .options(impl_->description)
                            .style(style)
                            .extra_style_parser(parse_empty_value)
                            .allow_unregistered()
                            .run();
    Said said{&impl_->description};
    for (const po::option& option : impl_->checked(parsed.options)) {
      const std::string text = option.value.empty() ? "" : option.value.front();
      impl_->switches[option.string_key] = text;
      said.add(option.string_key, text, "--" + option.string_key);
    }
    impl_->store(said, Origin::command_line);
  } catch (const po::error& error) {
    impl_->complain(Problem::Kind::usage, error.what());
  }
}

void OptionSources::read_environment(const char* const* variables) {
  Said said{&impl_->description};
  for (; *variables != nullptr; ++variables) impl_->read_variable(*variables, said);
  impl_->store(said, Origin::environment);
}

void OptionSources::read_file(const std::string& path) {
  const IniFile file = read_ini_file(path);
  Faults faults;
  for (const IniProblem& problem : file.problems) faults.emplace(problem.line, problem.text);
  Said said{&impl_->description};
  impl_->read_entries(path, file, said, faults);
  impl_->store(said, Origin::file);
  for (const auto& [line, text] : faults) {
    const std::string place = line == 0 ? path : path + ":" + std::to_string(line);
    impl_->complain(Problem::Kind::configuration, place + ": " + text);
  }
}

std::optional<std::string> OptionSources::given(std::string_view switch_name) const {
  const auto found = impl_->switches.find(switch_name);
  return found == impl_->switches.end() ? std::nullopt : std::optional{found->second};
}

const std::vector<OptionValue>& OptionSources::values() const noexcept { return impl_->values; }
const std::vector<Problem>& OptionSources::problems() const noexcept { return impl_->problems; }

std::string cited(const Option& option, const OptionValue& value) {
  const bool by_name = value.origin == Origin::command_line || value.origin == Origin::environment;
  return by_name ? value.where + "=" + value.text : value.where + ": " + option.name() + " = " + value.text;
}

void require_plain(std::string_view text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if (byte < 0x20 || byte == 0x7f) throw std::invalid_argument{"must not contain control characters"};
    if ((text[i] == '#' || text[i] == ';') && (i == 0 || text[i - 1] == ' '))
      throw std::invalid_argument{"must not contain white space before # or ;, which begin a comment there"};
  }
}

}  // namespace echopool
