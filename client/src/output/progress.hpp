// A line on standard error that is written over while something runs. Internal. One thread.
#pragma once

#include <chrono>
#include <cstddef>
#include <string>

namespace echopool::client {

/// Shows nothing unless the descriptor is a live terminal (see is_live_terminal()), and never more than ten times a
/// second. The destructor leaves a clean line.
class Progress {
 public:
  /// `wanted`: false shows nothing at all.
  explicit Progress(bool wanted);
  ~Progress() { clear(); }
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  [[nodiscard]] bool live() const noexcept { return live_; }
  /// Cut to the width of the terminal.
  void show(const std::string& line);
  /// Before something else is printed.
  void clear();

 private:
  const bool live_;
  bool shown_ = false;
  std::chrono::steady_clock::time_point last_{};
};

}  // namespace echopool::client
