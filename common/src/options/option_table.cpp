#include "options/option_table.hpp"

#include <algorithm>

namespace echopool {
namespace {

std::string upper(std::string_view text) {
  std::string result{text};
  for (char& letter : result)
    if (letter >= 'a' && letter <= 'z') letter = static_cast<char>(letter - 'a' + 'A');
  return result;
}

}  // namespace

std::string OptionTable::environment_prefix(std::string_view section) const {
  return upper(program) + "_" + upper(section) + "_";
}

std::string OptionTable::environment_name(const Option& option) const {
  return environment_prefix(option.section) + upper(option.key);
}

std::size_t OptionTable::find(std::string_view section, std::string_view key) const {
  const auto found = std::find_if(options.begin(), options.end(), [section, key](const Option& option) {
    return option.section == section && option.key == key;
  });
  return static_cast<std::size_t>(found - options.begin());
}

std::size_t OptionTable::find(std::string_view name) const {
  const auto dot = name.find('.');
  return dot == std::string_view::npos ? options.size() : find(name.substr(0, dot), name.substr(dot + 1));
}

}  // namespace echopool
