#include "output/terminal.hpp"

#include "quantity.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <string_view>

namespace echopool::client {
namespace {

std::string_view environment(const char* name) noexcept {
  const char* value = std::getenv(name);
  return value == nullptr ? std::string_view{} : std::string_view{value};
}

}  // namespace

bool is_live_terminal(int fd) noexcept { return ::isatty(fd) == 1 && environment("TERM") != "dumb"; }

bool wants_colour(int fd) noexcept { return is_live_terminal(fd) && environment("NO_COLOR").empty(); }

bool speaks_utf8() noexcept {
  for (const char* name : {"LC_ALL", "LC_CTYPE", "LANG"})
    if (const auto locale = environment(name); !locale.empty())
      return locale.ends_with("UTF-8") || locale.ends_with("utf8") || locale.ends_with("utf-8");
  return false;
}

std::size_t width_of(int fd) noexcept {
  std::size_t width = 80;
  winsize size{};
  if (::ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
    width = size.ws_col;
  else if (const auto columns = parse_count(environment("COLUMNS")))
    width = static_cast<std::size_t>(*columns);
  return std::clamp<std::size_t>(width, 20, 1000);
}

}  // namespace echopool::client
