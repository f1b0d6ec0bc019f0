#include "program.hpp"

namespace echopool::packaging {

std::vector<std::string> Flag::choices() const {
  std::vector<std::string> words;
  if (value.find('|') == std::string::npos) return words;
  std::string_view rest{value};
  for (;;) {
    const auto bar = rest.find('|');
    words.emplace_back(rest.substr(0, bar));
    if (bar == std::string_view::npos) return words;
    rest.remove_prefix(bar + 1);
  }
}

}  // namespace echopool::packaging
