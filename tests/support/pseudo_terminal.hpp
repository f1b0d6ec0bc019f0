// A terminal as standard error, for what is drawn on one. For tests only. One at a time; belongs to the test's thread.
#pragma once

#include "unique_fd.hpp"

#include <pty.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <string>
#include <system_error>

namespace echopool::test {

class PseudoTerminal {
 public:
  explicit PseudoTerminal(unsigned short columns = 80) : before_{::dup(STDERR_FILENO)} {
    int screen = -1;
    int program = -1;
    const winsize size{.ws_row = 24, .ws_col = columns, .ws_xpixel = 0, .ws_ypixel = 0};
    if (::openpty(&screen, &program, nullptr, nullptr, &size) != 0)
      throw std::system_error{errno, std::generic_category(), "openpty"};
    screen_ = UniqueFd{screen};
    const UniqueFd side{program};
    ::dup2(program, STDERR_FILENO);
    ::setenv("TERM", "xterm", 1);
  }
  ~PseudoTerminal() { ::dup2(before_.get(), STDERR_FILENO); }
  PseudoTerminal(const PseudoTerminal&) = delete;
  PseudoTerminal& operator=(const PseudoTerminal&) = delete;

  /// What was written since the last call; waits until there is something. A terminal makes "\r\n" of each "\n".
  std::string text() {
    std::array<char, 4096> bytes;
    const auto n = ::read(screen_.get(), bytes.data(), bytes.size());
    return {bytes.data(), n > 0 ? static_cast<std::size_t>(n) : 0};
  }

 private:
  UniqueFd before_;
  UniqueFd screen_;
};

}  // namespace echopool::test
