// The stages of a Server: which call is allowed when, which caller stops it, and until when. Internal. Owned by
// Server::Impl; any thread.
#pragma once

#include "wake_fd.hpp"

#include <echopool/server.hpp>

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <optional>

namespace echopool {

/// built ──▶ starting ──▶ running ──▶ stopping ──▶ stopped; a start that fails, and a stop of what was never started,
/// lead straight to stopped. There is no way back: a new life needs a new Server.
class Lifecycle {
 public:
  /// Throws StartError when there is no descriptor left.
  Lifecycle() = default;

  /// Throws std::logic_error, naming the call, unless the server is still to be started.
  void expect_built(const char* call) const;
  [[nodiscard]] bool is_built() const;
  /// Whether start() has returned or thrown.
  [[nodiscard]] bool has_started() const;

  /// Throws std::logic_error unless the server is still to be started. One of the other two has to follow.
  void begin_start();
  void finish_start();
  void fail_start() noexcept;

  /// Returns true if the caller has to stop the server and then call finish_stop(). Returns false when it is stopped
  /// already; report() has the result. Waits for a start that is under way. While another thread stops the server, cuts
  /// its grace period down to `grace` and waits for it. Throws std::logic_error on a thread of the server itself.
  [[nodiscard]] bool begin_stop(std::chrono::milliseconds grace);
  void finish_stop(const StopReport& report);
  [[nodiscard]] bool grace_is_over() const;
  [[nodiscard]] StopReport report() const;

  /// From now on wait_fd() is readable.
  void request_stop() noexcept { wanted_.wake(); }
  /// Readable, and never drained, from the first request_stop(), begin_stop() or fail_start() on.
  [[nodiscard]] int wait_fd() const noexcept { return wanted_.fd(); }

  /// Called first on each thread of the server: begin_stop() does not wait there for itself.
  void adopt_this_thread() const noexcept;

 private:
  enum class Stage : std::uint8_t { built, starting, running, stopping, stopped };

  WakeFd wanted_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  Stage stage_ = Stage::built;                      // guarded by mutex_, as is all that follows
  std::chrono::steady_clock::time_point deadline_;  // the end of the grace period
  StopReport report_;
};

}  // namespace echopool
