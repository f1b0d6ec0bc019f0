// A value that a reload replaces as a whole while others use it. Internal. Any thread reads; set() by one at a time.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <utility>

namespace echopool {

template <class T>
class Live {
 public:
  using Snapshot = std::shared_ptr<const T>;

  explicit Live(T value) : current_{std::make_shared<const T>(std::move(value))} {}

  [[nodiscard]] Snapshot get() const {
    const std::lock_guard lock{mutex_};
    return current_;
  }
  void set(T value) {
    auto next = std::make_shared<const T>(std::move(value));
    const std::lock_guard lock{mutex_};
    current_.swap(next);
    generation_.fetch_add(1, std::memory_order_release);
  }
  /// Changes with every set(): a reader that keeps a snapshot compares one number to know whether it is still good.
  [[nodiscard]] std::uint64_t generation() const noexcept { return generation_.load(std::memory_order_acquire); }

  /// A reader's own snapshot, refreshed when it is out of date. Belongs to one thread.
  class Reader {
   public:
    explicit Reader(const Live& live) : live_{live}, generation_{live.generation()}, snapshot_{live.get()} {}
    [[nodiscard]] const T& get() {
      if (const auto now = live_.generation(); now != generation_) {
        generation_ = now;
        snapshot_ = live_.get();
      }
      return *snapshot_;
    }

   private:
    const Live& live_;
    std::uint64_t generation_;
    Snapshot snapshot_;
  };

 private:
  mutable std::mutex mutex_;
  Snapshot current_;  // guarded by mutex_
  std::atomic<std::uint64_t> generation_{0};
};

}  // namespace echopool
