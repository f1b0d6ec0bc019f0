// One sink: its bounded queue, which is Boost.Log's, and the thread that feeds what is queued to a LineWriter.
// Internal. Feeders belong to the Logging object and its thread; hand_over() may be called by any thread at any time.
#pragma once

#include "logging/log_writer.hpp"
#include "thread.hpp"

#include <echopool/log.hpp>

#include <chrono>
#include <cstddef>
#include <memory>
#include <string_view>
#include <vector>

namespace echopool {

/// Lines that may wait for one sink; those beyond are counted as lost. More than the connections a server has by
/// default, which may all end at once; 3 MB when it is full of their lines.
inline constexpr std::size_t log_queue_capacity = 16'384;

class Feeder {
 public:
  /// Starts the thread. Throws StartError. It gets no lines before exchange_feeders().
  Feeder(LogSink sink, std::unique_ptr<LineWriter> writer);
  Feeder(const Feeder&) = delete;
  Feeder& operator=(const Feeder&) = delete;
  /// Stops a thread that has not been asked to, and waits a second for it. One that hangs in its writer is left behind,
  /// and what it has not written is counted as lost.
  ~Feeder();

  [[nodiscard]] LogSink sink() const noexcept;
  /// Asks the thread to write out what is queued and to end. The feeder must not get lines any more.
  void stop();
  /// Waits, after stop(), for the thread's end; false when it has not come by `deadline`.
  [[nodiscard]] bool join_until(std::chrono::steady_clock::time_point deadline);

 private:
  struct State;
  friend void exchange_feeders(const std::vector<std::unique_ptr<Feeder>>& out,
                               const std::vector<std::unique_ptr<Feeder>>& in);

  std::shared_ptr<State> state_;  ///< shared with the thread, which may outlive the feeder
  Thread thread_;
  bool is_stopped_ = false;
};

using Feeders = std::vector<std::unique_ptr<Feeder>>;

/// From now on `in` get lines and `out` do not. Every line goes to the old ones or to the new ones, never to none.
void exchange_feeders(const Feeders& out, const Feeders& in);

/// Puts a line into the queues of the feeders that get lines. Never waits for a sink, never throws, keeps errno.
void hand_over(LogLevel level, std::string_view line) noexcept;

}  // namespace echopool
