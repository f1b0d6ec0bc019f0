#include "output/live_picture.hpp"

#include "output/terminal.hpp"

#include <unistd.h>

#include <cstdio>

namespace echopool::client {
namespace {

std::string up(std::size_t lines) { return lines == 0 ? "" : "\033[" + std::to_string(lines) + "A"; }

void put(const std::string& text) {
  std::fwrite(text.data(), 1, text.size(), stderr);
  std::fflush(stderr);
}

}  // namespace

LivePicture::LivePicture(bool wanted) : live_{wanted && is_live_terminal(STDERR_FILENO)} {}

void LivePicture::show(const std::vector<std::string>& lines) {
  if (!live_) return;
  std::string text = up(height_);
  for (const std::string& line : lines) text += "\r\033[K" + line + "\n";
  height_ = lines.size();
  put(text);
}

void LivePicture::clear() {
  if (height_ == 0) return;
  put(up(height_) + "\r\033[J");
  height_ = 0;
}

}  // namespace echopool::client
