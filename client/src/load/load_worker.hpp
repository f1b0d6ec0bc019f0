// One thread of a load run: an epoll set, its share of the connections, its part of the schedule. Internal. Made and
// joined by the Load; run() is its thread.
#pragma once

#include "load/load_channel.hpp"
#include "load/silence.hpp"
#include "measure/rate_schedule.hpp"
#include "unique_fd.hpp"
#include "wake_fd.hpp"

#include <atomic>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

namespace echopool::client {

class LoadWorker {
 public:
  /// Connections `first` … `last` - 1 of the run. `settings`, `budget` and `silence` outlive the worker.
  LoadWorker(const LoadSettings& settings, RequestBudget& budget, Silence& silence, std::uint64_t run_key,
             std::size_t first, std::size_t last);

  /// Before run(): a connection that is there already, to be its first.
  void adopt(Connection connection) { adopted_ = std::move(connection); }

  /// Connects, waits for start(), works until the budget is spent and everything is answered or out of time.
  void run();

  // From any thread.
  [[nodiscard]] bool ready() const noexcept { return ready_.load(); }
  /// The run begins, everywhere at the same moment.
  void start(Nanoseconds at) noexcept;
  /// Look at the budget and at abandoned().
  void wake() noexcept { wake_.wake(); }
  /// Do not wait for what is outstanding.
  void abandon() noexcept;
  /// Open loop: everything that was due is on its way, and nothing more will be due.
  [[nodiscard]] bool has_sent_all() const noexcept { return has_sent_all_.load(); }
  [[nodiscard]] const LiveCounts& live() const noexcept { return context_.live; }
  /// The rows completed since the last call, in order.
  [[nodiscard]] std::vector<LoadInterval> take_rows();

  /// Once run() has returned.
  [[nodiscard]] const LoadCounts& counts() const noexcept { return context_.counts; }

 private:
  void work();
  void send_due(Nanoseconds now);
  /// What is due by then and was not sent will not be.
  void end_schedule(Nanoseconds now);
  void close_rows(Nanoseconds now);
  void close_row(Nanoseconds at, Nanoseconds now);
  void tell_silence(Nanoseconds now);
  [[nodiscard]] bool is_over(Nanoseconds now);
  [[nodiscard]] std::uint64_t outstanding() const;
  [[nodiscard]] std::optional<Nanoseconds> oldest() const;
  void wait(Nanoseconds now);

  const LoadSettings& settings_;
  UniqueFd epoll_;
  WakeFd wake_;
  const std::size_t first_;
  Silence& silence_;
  Connection adopted_;
  LoadContext context_;
  std::vector<std::unique_ptr<LoadChannel>> channels_;
  std::optional<RateSchedule> schedule_;
  Nanoseconds start_{0};
  Nanoseconds next_tick_{0};
  Nanoseconds row_from_{0};  // of the row that is being filled
  std::optional<Nanoseconds> drain_until_;

  std::atomic<std::int64_t> start_at_{0};
  std::atomic<bool> ready_{false};
  std::atomic<bool> has_sent_all_{false};
  std::atomic<bool> abandoned_{false};
  std::mutex mutex_;
  std::vector<LoadInterval> rows_;  // guarded by mutex_
};

}  // namespace echopool::client
