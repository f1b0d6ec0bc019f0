// The bounded queue between the threads that log and the thread of one sink. Internal. Any thread may push; one pops.
#pragma once

#include "log_writer.hpp"

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

namespace echopool {

struct QueuedLine {
  LogLevel level;
  std::chrono::system_clock::time_point time;
  std::string text;
};

class LineQueue {
 public:
  explicit LineQueue(std::size_t capacity) : capacity_{capacity} {}

  /// False: full, or closed. Never waits for the one who pops.
  [[nodiscard]] bool push(QueuedLine&& line) {
    {
      const std::lock_guard lock{mutex_};
      if (is_closed_ || lines_.size() >= capacity_) return false;
      lines_.push_back(std::move(line));
    }
    filled_.notify_one();
    return true;
  }

  /// Waits for a line; nullopt: closed, and all lines are out.
  [[nodiscard]] std::optional<QueuedLine> pop() {
    std::unique_lock lock{mutex_};
    filled_.wait(lock, [this] { return is_closed_ || !lines_.empty(); });
    if (lines_.empty()) return std::nullopt;
    std::optional<QueuedLine> line{std::move(lines_.front())};
    lines_.pop_front();
    return line;
  }

  void close() {
    {
      const std::lock_guard lock{mutex_};
      is_closed_ = true;
    }
    filled_.notify_one();
  }

 private:
  const std::size_t capacity_;
  std::mutex mutex_;
  std::condition_variable filled_;
  std::deque<QueuedLine> lines_;  // guarded by mutex_, as is what follows
  bool is_closed_ = false;
};

}  // namespace echopool
