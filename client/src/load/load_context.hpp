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
  [[nodiscard]] bool spent() const noexcept { return stopped_.load(std::memory_order_relaxed) || used_up(); }
  [[nodiscard]] bool stopped() const noexcept { return stopped_.load(std::memory_order_relaxed); }
  /// So many requests were asked for, and all of them have been taken.
  [[nodiscard]] bool used_up() const noexcept { return limited_ && left_.load(std::memory_order_relaxed) <= 0; }
  void stop() noexcept { stopped_.store(true, std::memory_order_relaxed); }

 private:
  const bool limited_;
  std::atomic<std::int64_t> left_;
  std::atomic<bool> stopped_{false};
};

/// A request without a right answer.
struct Unanswered {
  Nanoseconds due;
  Nanoseconds sent;  ///< 0: it never was
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
  Nanoseconds last_answer{0};
  std::vector<Unanswered> unanswered;  // measured ones
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
    ++row.sent;
    if (LoadSecond* second = second_of(now)) ++second->sent;
    if (!settings.is_open_loop()) return;
    counts.lag.record(now - due);
    if (now - due > send_interval / 2) ++counts.late_sends;
  }

  void count_answer(Nanoseconds due, Nanoseconds sent, Nanoseconds now) {
    live.answered.store(live.answered.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
    last_answer = now;
    if (!is_measured(due)) return;
    ++counts.answered;
    ++row.answered;
    counts.response.record(now - due);
    counts.service.record(now - sent);
    row.response.record(now - due);
    if (settings.expected_interval) count_corrected(now - sent, &Histogram::record);
    if (LoadSecond* second = second_of(now)) ++second->answered;
    counts.last_receive = now;
  }

  void count_failure(const Unanswered& request, std::uint64_t LoadCounts::*which) {
    note_failure(request.due);
    if (!is_measured(request.due)) return;
    ++(counts.*which);
    unanswered.push_back(request);
  }

  /// It was due and will never be sent.
  void count_unsent(Nanoseconds due) { count_failure({due, Nanoseconds{0}}, &LoadCounts::unsent); }

  /// The run is over: what has no right answer enters the distributions with its age.
  void count_ages(Nanoseconds now) {
    for (const Unanswered& request : unanswered) {
      counts.response.record_at_least(now - request.due);
      if (request.sent.count() == 0) {
        if (settings.is_open_loop()) counts.lag.record_at_least(now - request.due);
        continue;
      }
      counts.service.record_at_least(now - request.sent);
      if (settings.expected_interval) count_corrected(now - request.sent, &Histogram::record_at_least);
    }
    unanswered.clear();
  }

  /// For the rows and the progress line alone: the ledger of a datagram socket knows better in the end.
  void note_failure(Nanoseconds due) {
    live.errors.store(live.errors.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
    if (is_measured(due)) ++row.errors;
  }

 private:
  /// A request that took longer than the expected interval kept others from being sent in time: they would have waited
  /// for what was left of it.
  void count_corrected(Nanoseconds took, void (Histogram::*record)(Nanoseconds)) {
    for (Nanoseconds time = took;; time -= *settings.expected_interval) {
      (counts.corrected.*record)(time);
      if (time < 2 * *settings.expected_interval) return;
    }
  }

  [[nodiscard]] LoadSecond* second_of(Nanoseconds now) {
    if (settings.mode != LoadMode::datagram) return nullptr;
    const auto index = static_cast<std::size_t>((now - measure_from) / std::chrono::seconds{1});
    if (index >= most_seconds) return nullptr;
    if (counts.seconds.size() <= index) counts.seconds.resize(index + 1);
    return &counts.seconds[index];
  }
  static constexpr std::size_t most_seconds = 86'400;
};

}  // namespace echopool::client
