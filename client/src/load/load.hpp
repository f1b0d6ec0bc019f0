// A load run: workers that start together, a time limit, a running picture, one result. Internal. One call of run()
// from one thread.
#pragma once

#include "load/load_counts.hpp"
#include "load/load_settings.hpp"
#include "load/load_worker.hpp"
#include "thread.hpp"

#include <functional>
#include <memory>
#include <vector>

namespace echopool::client {

struct LoadReport {
  LoadCounts counts;
  std::vector<LoadInterval> rows;
  Nanoseconds started{0};   ///< CLOCK_REALTIME
  Nanoseconds duration{0};  ///< of the measured part, without the draining at the end
  bool interrupted = false;

  /// Answered requests a second, from the first send to the last receive.
  [[nodiscard]] double rate() const noexcept;
  /// Of the requests that were due: those without a good answer.
  [[nodiscard]] double loss() const noexcept;
};

struct LoadProgress {
  Nanoseconds elapsed{0};
  std::uint64_t answered = 0;
  std::uint64_t errors = 0;
};

class Load {
 public:
  struct Listener {
    std::function<void(const LoadProgress&)> progress;                     ///< up to ten times a second
    std::function<void(std::size_t number, const LoadInterval& row)> row;  ///< from 0
  };

  Load(const LoadSettings& settings, int interrupt_fd, Listener listener);
  ~Load();
  Load(const Load&) = delete;
  Load& operator=(const Load&) = delete;

  /// Throws NetworkError when not one connection could be made.
  [[nodiscard]] LoadReport run();

 private:
  void wait_prepared();
  /// Whether requests that were due have not been sent.
  [[nodiscard]] bool is_behind() const;
  void watch();
  void collect_rows();
  void throw_if_nobody_connected() const;
  [[nodiscard]] bool interrupted(std::chrono::milliseconds wait) const;
  [[nodiscard]] LoadProgress progress(Nanoseconds now) const;

  const LoadSettings settings_;
  const int interrupt_fd_;
  const Listener listener_;
  RequestBudget budget_;
  std::vector<std::unique_ptr<LoadWorker>> workers_;
  std::vector<std::vector<LoadInterval>> waiting_rows_;  // of each worker, not yet merged
  std::vector<Thread> threads_;                          // after what they use
  LoadReport report_;
  Nanoseconds start_{0};
};

}  // namespace echopool::client
