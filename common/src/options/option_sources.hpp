// Collects what the command line, the environment and an INI file say about the options of a table: raw texts, where
// each was said, and everything that is wrong with how it was said. Internal. Belongs to the thread that reads them.
#pragma once

#include "options/option_table.hpp"

#include <cstddef>
#include <functional>
#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace echopool {

enum class Origin { default_value, file, environment, command_line };

struct OptionValue {
  std::string text;
  Origin origin = Origin::default_value;
  std::string where;  ///< `default`, `FILE:LINE`, the environment variable, or the flag
};

/// Something a person has to correct: one line, naming where it was said and what would be right.
struct Problem {
  enum class Kind { usage, configuration, failure };  ///< of the command line, of a value, of anything else
  Kind kind;
  std::string text;
};

/// The order of the calls is the precedence: what was read first wins.
class OptionSources {
 public:
  /// `table` must outlive this.
  explicit OptionSources(const OptionTable& table);
  OptionSources(const OptionSources&) = delete;
  OptionSources& operator=(const OptionSources&) = delete;

  /// The arguments behind the program's name. No abbreviations.
  void read_command_line(const std::vector<std::string>& arguments);
  /// `variables` as environ(7). Variables that begin like an option of the table but are none are problems.
  void read_environment(const char* const* variables);
  void read_file(const std::string& path);

  /// The value of a switch of the command line, empty when it takes none; nullopt when it was not given.
  [[nodiscard]] std::optional<std::string> given(std::string_view switch_name) const;
  /// One for each option of the table, in its order.
  [[nodiscard]] const std::vector<OptionValue>& values() const noexcept { return values_; }
  [[nodiscard]] const std::vector<Problem>& problems() const noexcept { return problems_; }

 private:
  /// Stores the value of an option unless an earlier source has.
  void set(std::size_t index, std::string_view text, Origin origin, std::string where);
  void add_problem(Problem::Kind kind, std::string text);
  void read_variable(std::string_view variable);

  const OptionTable& table_;
  std::map<std::string, std::string, std::less<>> switches_;
  std::vector<OptionValue> values_;
  std::vector<Problem> problems_;
};

/// How a problem with this value begins: `FILE:LINE: section.key = VALUE`, `--section.key=VALUE`, `VARIABLE=VALUE`.
[[nodiscard]] std::string location_of(const Option& option, const OptionValue& value);

/// Throws std::invalid_argument when `text` could not stand in an INI file: control characters, or what would begin a
/// comment there. Every source is held to what the others can say.
void require_plain(std::string_view text);

/// Turns raw texts into settings; what cannot be is added to `problems`.
template <class Settings, class Rows>
void apply_values(const Rows& rows, const std::vector<OptionValue>& values, Settings& settings,
                  std::vector<Problem>& problems) {
  std::size_t index = 0;
  for (const OptionRow<Settings>& row : rows) {
    const OptionValue& value = values.at(index++);
    try {
      require_plain(value.text);
      row.apply(settings, value.text);
    } catch (const std::invalid_argument& error) {
      problems.push_back({Problem::Kind::configuration, location_of(row.option, value) + ": " + error.what()});
    }
  }
}

}  // namespace echopool
