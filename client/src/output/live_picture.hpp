// Several lines on standard error that are drawn again and again in the same place. Internal. One thread.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace echopool::client {

/// Shows nothing unless standard error is a live terminal. The destructor removes the picture.
class LivePicture {
 public:
  explicit LivePicture(bool wanted);
  ~LivePicture() { clear(); }
  LivePicture(const LivePicture&) = delete;
  LivePicture& operator=(const LivePicture&) = delete;

  [[nodiscard]] bool live() const noexcept { return live_; }
  /// No line may be wider than the terminal.
  void show(const std::vector<std::string>& lines);
  void clear();

 private:
  const bool live_;
  std::size_t height_ = 0;
};

}  // namespace echopool::client
