// Refuses connections that no handler has seen: counted by reason, logged, reset. Internal. Owned by the Server; any
// thread.
#pragma once

#include "kernel/stream.hpp"
#include "limits/log_limiter.hpp"
#include "stats/counters.hpp"

#include <echopool/endpoint.hpp>
#include <echopool/stats.hpp>

#include <array>
#include <functional>
#include <mutex>
#include <optional>

namespace echopool {

class Refusals {
 public:
  /// The references must outlive it. `held_back` is called, from any thread, when flush() has something to write
  /// earlier than it last returned.
  Refusals(Counters& counters, SystemCalls& calls, std::function<void()> held_back = {});

  /// Counts the refusal and has the coming close(2) reset the connection. The `connection refused` line is written at
  /// once for the first of a reason, then once a second with the number of them.
  void refuse(Stream& stream, const Endpoint& peer, RefuseReason reason) noexcept;
  /// The same for a connection that is closed already.
  void count(const Endpoint& peer, RefuseReason reason) noexcept;

  /// Writes the lines that are due at `now`. Returns the time of the next one; nullopt: none is held back.
  std::optional<TimePoint> flush(TimePoint now) noexcept;
  /// Writes every line that is held back.
  void flush_all() noexcept;

 private:
  struct Kind {
    LogLimiter limiter;
    Endpoint last_peer;
  };

  Counters& counters_;
  SystemCalls& calls_;
  const std::function<void()> held_back_;
  std::mutex mutex_;
  std::array<Kind, refuse_reasons> kinds_;  // guarded by mutex_
};

}  // namespace echopool
