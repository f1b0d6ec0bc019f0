// What the channels of one worker share: its counts, its buffers, its epoll set, and the run's budget of requests.
// Internal. Belongs to the worker's thread, but for RequestBudget and LiveCounts, which are for any thread.
#pragma once

#include "load/load_counts.hpp"
#include "load/load_settings.hpp"
#include "measure/clock.hpp"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

namespace echopool::client {

/// Requests that may still be sent, by all workers together.
class RequestBudget {
 public:
  explicit RequestBudget(std::optional<std::uint64_t> most)
      : limited_{most.has_value()}, left_{static_cast<std::int64_t>(most.value_or(0))} {}

  /// Takes one; false: no more.
  [[nodiscard]] bool take() noexcept {
    if (stopped_.load(std::memory_order_relaxed)) return false;
    return !limited_ || left_.fetch_sub(1, std::memory_order_relaxed) > 0;
  }
  [[nodiscard]] bool spent() const noexcept {
    return stopped_.load(std::memory_order_relaxed) || (limited_ && left_.load(std::memory_order_relaxed) <= 0);
  }
  [[nodiscard]] bool stopped() const noexcept { return stopped_.load(std::memory_order_relaxed); }
  void stop() noexcept { stopped_.store(true, std::memory_order_relaxed); }

 private:
  const bool limited_;
  std::atomic<std::int64_t> left_;
  std::atomic<bool> stopped_{false};
};

/// How far a worker is, for the progress line.
struct LiveCounts {
  std::atomic<std::uint64_t> answered{0};
  std::atomic<std::uint64_t> errors{0};
};

struct LoadContext {
  LoadContext(const LoadSettings& run, RequestBudget& requests, std::uint64_t key)
      : settings{run}, budget{requests}, run_key{key}, out(65'536), in(65'536) {}

  const LoadSettings& settings;
  RequestBudget& budget;
  const std::uint64_t run_key;  // of the payload
  int epoll = -1;
  Nanoseconds measure_from{std::numeric_limits<std::int64_t>::max()};  // end of the warm-up
  Nanoseconds measure_until{std::numeric_limits<std::int64_t>::max()};
  Nanoseconds send_interval{0};  // open loop: of one connection
  LoadCounts counts;
  LoadInterval row;
  LiveCounts live;
  std::vector<std::byte> out;
  std::vector<std::byte> in;

  [[nodiscard]] bool is_measured(Nanoseconds due) const noexcept { return due >= measure_from; }

  /// Whether a request that is due now may be sent; the warm-up costs none of the budget.
  [[nodiscard]] bool may_send(Nanoseconds due) noexcept {
    if (due >= measure_until) return false;
    return is_measured(due) ? budget.take() : !budget.stopped();
  }

  void count_sent(Nanoseconds due, Nanoseconds now) {
    if (!is_measured(due)) return;
    if (counts.first_send.count() == 0) counts.first_send = now;
    ++counts.sent;
    if (!settings.is_open_loop()) return;
    counts.lag.record(now - due);
    if (now - due > send_interval / 2) ++counts.late_sends;
  }

  void count_answer(Nanoseconds due, Nanoseconds sent, Nanoseconds now) {
    live.answered.store(live.answered.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
    if (!is_measured(due)) return;
    ++counts.answered;
    ++row.answered;
    counts.response.record(now - due);
    counts.service.record(now - sent);
    row.response.record(now - due);
    counts.last_receive = now;
  }

  void count_failure(Nanoseconds due, std::uint64_t LoadCounts::*which) {
    note_failure(due);
    if (is_measured(due)) ++(counts.*which);
  }

  /// For the rows and the progress line alone: the ledger of a datagram socket knows better in the end.
  void note_failure(Nanoseconds due) {
    live.errors.store(live.errors.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
    if (is_measured(due)) ++row.errors;
  }
};

}  // namespace echopool::client
