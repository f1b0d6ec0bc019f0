// One log sink: a LineQueue and the thread that drains it into a LineWriter. Internal. Belongs to the Logging object
// and its thread; lines come from any thread through hand_over().
#pragma once

#include "logging/log_writer.hpp"
#include "thread.hpp"

#include <echopool/log.hpp>

#include <chrono>
#include <cstddef>
#include <memory>
#include <vector>

namespace echopool {

/// Lines that may wait for one sink; those beyond are counted as lost. More than the connections a server has by
/// default, which may all end at once; 3 MB when it is full of their lines.
inline constexpr std::size_t log_queue_capacity = 16'384;

class SinkThread {
 public:
  /// Starts the thread. Throws StartError. It gets no lines before exchange_sinks().
  SinkThread(LogSink sink, std::unique_ptr<LineWriter> writer);
  SinkThread(const SinkThread&) = delete;
  SinkThread& operator=(const SinkThread&) = delete;
  /// Stops a thread that has not been asked to, and waits a second for it. One that hangs in its writer is left behind,
  /// and what it has not written is counted as lost.
  ~SinkThread();

  [[nodiscard]] LogSink sink() const noexcept;
  /// Asks the thread to write out what is queued and to end. The sink must not get lines any more.
  void stop();
  /// Waits, after stop(), for the thread's end; false when it has not come by `deadline`.
  [[nodiscard]] bool join_until(std::chrono::steady_clock::time_point deadline);

 private:
  struct State;
  friend void exchange_sinks(const std::vector<std::unique_ptr<SinkThread>>& out,
                             const std::vector<std::unique_ptr<SinkThread>>& in);

  std::shared_ptr<State> state_;  ///< shared with the thread, which may outlive this object
  Thread thread_;
  bool is_stopped_ = false;
};

using SinkThreads = std::vector<std::unique_ptr<SinkThread>>;

/// From now on `in` get lines and `out` do not; see exchange_receivers().
void exchange_sinks(const SinkThreads& out, const SinkThreads& in);

}  // namespace echopool
