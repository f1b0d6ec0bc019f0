// The settings in force. Internal. Any thread reads; a reload replaces the whole, validated structure at once.
#pragma once

#include <echopool/settings.hpp>

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <utility>

namespace echopool {

class LiveSettings {
 public:
  using Snapshot = std::shared_ptr<const ServerSettings>;

  explicit LiveSettings(ServerSettings settings)
      : current_{std::make_shared<const ServerSettings>(std::move(settings))} {}

  [[nodiscard]] Snapshot get() const {
    const std::lock_guard lock{mutex_};
    return current_;
  }
  void set(ServerSettings settings) {
    auto next = std::make_shared<const ServerSettings>(std::move(settings));
    const std::lock_guard lock{mutex_};
    current_ = std::move(next);
    generation_.fetch_add(1, std::memory_order_release);
  }
  /// Changes with every set(): a reader that keeps a snapshot compares one number to know whether it is still good.
  [[nodiscard]] std::uint64_t generation() const noexcept { return generation_.load(std::memory_order_acquire); }

  /// A reader's own snapshot, refreshed when it is out of date. Belongs to one thread.
  class Reader {
   public:
    explicit Reader(const LiveSettings& live) : live_{live}, generation_{live.generation()}, snapshot_{live.get()} {}
    [[nodiscard]] const ServerSettings& get() {
      if (const auto now = live_.generation(); now != generation_) {
        generation_ = now;
        snapshot_ = live_.get();
      }
      return *snapshot_;
    }

   private:
    const LiveSettings& live_;
    std::uint64_t generation_;
    Snapshot snapshot_;
  };

 private:
  mutable std::mutex mutex_;
  Snapshot current_;  // guarded by mutex_
  std::atomic<std::uint64_t> generation_{0};
};

}  // namespace echopool
