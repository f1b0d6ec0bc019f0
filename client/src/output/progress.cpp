#include "output/progress.hpp"

#include "output/terminal.hpp"

#include <unistd.h>

#include <cstdio>

namespace echopool::client {
namespace {

constexpr std::chrono::milliseconds least_interval{100};

}  // namespace

Progress::Progress(bool wanted) : live_{wanted && is_live_terminal(STDERR_FILENO)} {}

void Progress::show(const std::string& line) {
  const auto now = std::chrono::steady_clock::now();
  if (!live_ || (shown_ && now - last_ < least_interval)) return;
  last_ = now;
  shown_ = true;
  // One column stays free: a full line would make some terminals wrap.
  const std::string text = "\r\033[K" + line.substr(0, width_of(STDERR_FILENO) - 1);
  std::fwrite(text.data(), 1, text.size(), stderr);
  std::fflush(stderr);
}

void Progress::clear() {
  if (!shown_) return;
  shown_ = false;
  std::fputs("\r\033[K", stderr);
  std::fflush(stderr);
}

}  // namespace echopool::client
