// The bounded queue between the threads that log and the thread of one sink. Internal. Any thread may push; one pops.
//
// The thread that pops sleeps a moment after the last line instead of waiting for the next, so that a server that logs
// thousands of lines a second wakes it a few hundred times. Warnings, and a queue that fills, wake it at once. The
// server's BoundedQueue is the other way round: one producer, many consumers, and no consumer may sleep while there is
// an item.
#pragma once

#include "logging/log_writer.hpp"

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
  static constexpr std::chrono::milliseconds nap{5};

  explicit LineQueue(std::size_t capacity) : capacity_{capacity} {}

  /// False: full, or closed. Never waits for the thread that pops.
  [[nodiscard]] bool push(QueuedLine&& line) {
    bool wakes = false;
    {
      const std::lock_guard lock{mutex_};
      if (is_closed_ || lines_.size() >= capacity_) return false;
      is_urgent_ = is_urgent_ || line.level >= LogLevel::warning || lines_.size() >= capacity_ / 2;
      lines_.push_back(std::move(line));
      wakes = is_urgent_ || !is_napping_;
    }
    if (wakes) filled_.notify_one();
    return true;
  }

  /// Waits for a line; nullopt: closed, and all lines are out.
  [[nodiscard]] std::optional<QueuedLine> pop() {
    std::unique_lock lock{mutex_};
    if (lines_.empty() && std::exchange(was_busy_, false)) {
      is_napping_ = true;
      filled_.wait_for(lock, nap, [this] { return is_closed_ || is_urgent_; });
      is_napping_ = false;
    }
    filled_.wait(lock, [this] { return is_closed_ || !lines_.empty(); });
    if (lines_.empty()) return std::nullopt;
    was_busy_ = true;
    if (lines_.size() == 1) is_urgent_ = false;
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
  bool is_urgent_ = false;   // a line in the queue should not wait for the end of a nap
  bool is_napping_ = false;  // the thread that pops looks by itself soon
  bool was_busy_ = false;    // it has popped a line since it last slept
};

}  // namespace echopool
