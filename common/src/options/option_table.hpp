// What a program can be told, one row per option: the row gives the INI key, the command-line flag, the environment
// variable, the default, the help line, the manual's entry and the shipped INI file. Internal. Plain values, any
// thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace echopool {

/// When a changed value takes effect.
enum class Applies { on_reload, on_restart };

struct Option {
  std::string_view section;
  std::string_view key;
  std::string_view default_value;  ///< written as a person would
  std::string_view hint;           ///< what kind of value, as in `--section.key=HINT`
  std::string_view help;
  Applies applies;

  [[nodiscard]] std::string name() const { return std::string{section} + "." + std::string{key}; }
  [[nodiscard]] std::string flag() const { return "--" + name(); }
};

struct OptionSection {
  std::string_view name;
  std::string_view help;
};

/// A command-line flag that is no option of the INI file: `-c, --config FILE`.
struct Switch {
  char letter;  ///< 0: none
  std::string_view name;
  std::string_view hint;  ///< empty: takes no value
  bool value_optional;    ///< only `--name=VALUE` gives one then
  std::string_view help;
};

struct OptionTable {
  std::string_view program;
  std::string_view summary;  ///< what --help says first
  std::vector<Switch> switches;
  std::vector<OptionSection> sections;
  std::vector<Option> options;  ///< in the order of the sections

  /// `PROGRAM_SECTION_KEY`
  [[nodiscard]] std::string environment_name(const Option& option) const;
  /// `PROGRAM_SECTION_`: what every variable of the section begins with.
  [[nodiscard]] std::string environment_prefix(std::string_view section) const;
  /// The position of section.key in `options`; their number when there is none.
  [[nodiscard]] std::size_t find(std::string_view section, std::string_view key) const;
  /// The same for `section.key`.
  [[nodiscard]] std::size_t find(std::string_view name) const;
};

/// An option and the function that checks its text and stores its value; it throws std::invalid_argument with what
/// would be right.
template <class Settings>
struct OptionRow {
  Option option;
  void (*apply)(Settings&, std::string_view);
};

}  // namespace echopool
