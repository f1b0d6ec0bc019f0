#include "wrapped_text.hpp"

namespace echopool {
namespace {

/// Appends `text` to `result`, whose last line is already `column` long.
void flow(std::string& result, std::string_view text, std::size_t column, std::size_t width, std::string_view margin) {
  bool line_begins = true;
  while (!text.empty()) {
    const auto space = text.find(' ');
    const std::string_view word = text.substr(0, space);
    text = space == std::string_view::npos ? std::string_view{} : text.substr(space + 1);
    if (word.empty()) continue;
    if (!line_begins && column + 1 + word.size() > width) {
      result.append("\n").append(margin);
      column = margin.size();
    } else if (!line_begins) {
      result += ' ';
      ++column;
    }
    result += word;
    column += word.size();
    line_begins = false;
  }
}

}  // namespace

std::string wrapped(std::string_view text, std::size_t width, std::string_view margin) {
  std::string result;
  flow(result, text, 0, width, margin);
  return result;
}

std::string beside(std::string_view head, std::string_view text, std::size_t width, std::size_t column) {
  const std::string margin(column, ' ');
  std::string result{head};
  if (head.size() + 2 > column)
    result.append("\n").append(margin);
  else
    result.resize(column, ' ');
  flow(result, text, column, width, margin);
  return result;
}

}  // namespace echopool
