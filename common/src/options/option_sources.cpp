#include "options/option_sources.hpp"

#include "options/units.hpp"

#include <stdexcept>

namespace echopool {

OptionSources::OptionSources(const OptionTable& table) : table_{table} {
  for (const Option& option : table.options)
    values_.push_back({std::string{option.default_value}, Origin::default_value, "default"});
}

void OptionSources::set(std::size_t index, std::string_view text, Origin origin, std::string where) {
  OptionValue& value = values_.at(index);
  if (value.origin == Origin::default_value) value = {std::string{trimmed(text)}, origin, std::move(where)};
}

void OptionSources::add_problem(Problem::Kind kind, std::string text) { problems_.push_back({kind, std::move(text)}); }

std::optional<std::string> OptionSources::given(std::string_view switch_name) const {
  const auto found = switches_.find(switch_name);
  return found == switches_.end() ? std::nullopt : std::optional{found->second};
}

std::string location_of(const Option& option, const OptionValue& value) {
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
