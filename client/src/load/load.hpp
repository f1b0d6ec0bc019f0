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
  Nanoseconds started{0};             ///< CLOCK_REALTIME
  Nanoseconds duration{0};            ///< of the measured part: as planned, or longer when answers came later
  Silence::Span silence;              ///< the longest, since the measured part began
  std::size_t trial_connections = 0;  ///< made before the run to find an address that answers, and not used in it
  bool interrupted = false;

  /// Answered requests a second, of `duration`.
  [[nodiscard]] double rate() const noexcept;
  /// Of the requests that were due: those without a good answer.
  [[nodiscard]] double loss() const noexcept;
  /// What --fail-if looks at: the corrected times if there are any, else the response times.
  [[nodiscard]] const Histogram& times() const noexcept {
    return counts.corrected.count() > 0 ? counts.corrected : counts.response;
  }
  /// Requests without a good answer, connections that could not be made, connections that broke for nothing.
  [[nodiscard]] std::uint64_t errors() const noexcept;
};

struct LoadProgress {
  Nanoseconds elapsed{0};
  std::uint64_t answered = 0;
  std::uint64_t errors = 0;
};

class Load {
 public:
  struct Listener {
    std::function<void(const LoadProgress&)> progress;  ///< up to ten times a second
    std::function<void(const LoadInterval& row)> row;
  };

  /// `first`: a connection that is there already, for the run to use; where each request has one of its own, and for
  /// datagrams, it is closed.
  Load(const LoadSettings& settings, int interrupt_fd, Listener listener, Connection first = {});
  ~Load();
  Load(const Load&) = delete;
  Load& operator=(const Load&) = delete;

  /// Throws NetworkError when not one connection could be made.
  [[nodiscard]] LoadReport run();

 private:
  void wait_prepared();
  /// Whether requests that were due have not been sent.
  [[nodiscard]] bool is_behind() const;
  /// Returns when the sending ended.
  [[nodiscard]] Nanoseconds watch();
  /// Rows that every worker has closed; at the end, those that any has.
  void collect_rows(bool at_end);
  void add_row(LoadInterval row);
  /// `stopped`: when the sending ended; everything ended at `end`.
  [[nodiscard]] Nanoseconds measured(Nanoseconds stopped, Nanoseconds end) const;
  void throw_if_nobody_connected() const;
  [[nodiscard]] bool interrupted(std::chrono::milliseconds wait) const;
  [[nodiscard]] LoadProgress progress(Nanoseconds now) const;

  const LoadSettings settings_;
  const int interrupt_fd_;
  const Listener listener_;
  RequestBudget budget_;
  Silence silence_;
  std::vector<std::unique_ptr<LoadWorker>> workers_;
  std::vector<std::vector<LoadInterval>> waiting_rows_;  // of each worker, not yet merged
  std::vector<Thread> threads_;                          // after what they use
  LoadReport report_;
  Nanoseconds start_{0};
};

}  // namespace echopool::client
