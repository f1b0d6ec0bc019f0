#include "wrapped_text.hpp"

namespace echopool::client {
namespace {

void add_paragraph(std::string& result, std::string_view text, std::size_t width, std::size_t indent) {
  const std::string margin(indent, ' ');
  result += margin;
  std::size_t column = indent;
  while (!text.empty()) {
    const auto space = text.find(' ');
    const auto word = text.substr(0, space);
    if (column > indent && column + 1 + word.size() > width) {
      result += "\n" + margin;
      column = indent;
    } else if (column > indent) {
      result += ' ';
      ++column;
    }
    result += word;
    column += word.size();
    text = space == std::string_view::npos ? std::string_view{} : text.substr(space + 1);
  }
}

}  // namespace

std::string wrapped(std::string_view text, std::size_t width, std::size_t indent) {
  std::string result;
  for (;;) {
    const auto gap = text.find("\n\n");
    add_paragraph(result, text.substr(0, gap), width, indent);
    if (gap == std::string_view::npos) return result;
    result += "\n\n";
    text.remove_prefix(gap + 2);
  }
}

std::string beside(std::string head, std::string_view text, std::size_t width, std::size_t column) {
  const std::string block = wrapped(text, width, column);
  if (head.size() + 2 > column) return head + "\n" + block;
  head.resize(column, ' ');
  return head + block.substr(column);
}

}  // namespace echopool::client
