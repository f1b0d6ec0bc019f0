#include "output/folded.hpp"

#include "wrapped_text.hpp"

namespace echopool::client {

std::string folded(std::string_view text, std::size_t width) {
  std::string result;
  while (!text.empty()) {
    const auto end = text.find('\n');
    result += wrapped(text.substr(0, end), width, "  ");
    if (end == std::string_view::npos) break;
    result += '\n';
    text.remove_prefix(end + 1);
  }
  return result;
}

}  // namespace echopool::client
