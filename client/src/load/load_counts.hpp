// What a load run came to. Internal. Each worker fills its own; merged afterwards.
#pragma once

#include "measure/histogram.hpp"
#include "verify/probe_ledger.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <vector>

namespace echopool::client {

/// What happened in one second of a run.
struct LoadSecond {
  std::uint64_t sent = 0;
  std::uint64_t answered = 0;
};

struct LoadCounts {
  // Measured requests: those due after the warm-up.
  std::uint64_t sent = 0;
  std::uint64_t answered = 0;    ///< completely, every byte as it was sent
  std::uint64_t corrupt = 0;     ///< completely, and some byte differs
  std::uint64_t lost = 0;        ///< their connection broke, or no answer came in time
  std::uint64_t unsent = 0;      ///< due, and never sent
  std::uint64_t late_sends = 0;  ///< open loop: sent more than half an interval of the connection after they were due
  // What was not answered, rightly, is in these with its age at the end of the run, as "at least" that.
  Histogram response;   ///< from the moment due to the last byte of the answer
  Histogram service;    ///< from the sending of the first byte
  Histogram lag;        ///< open loop: from the moment due to the sending
  Histogram corrected;  ///< closed loop with an expected interval: service, and what requests not sent would have seen

  // The whole run.
  std::uint64_t bytes_sent = 0;
  std::uint64_t bytes_verified = 0;
  std::uint64_t connections_opened = 0;
  Histogram connect;                            ///< how long connecting took
  std::map<int, std::uint64_t> connect_errors;  ///< by errno
  std::map<int, std::uint64_t> broken;          ///< connections that ended in the middle, by errno; 0: closed
  std::uint64_t broken_idle = 0;                ///< of those, the ones in which nothing waited for its answer
  std::uint64_t lost_by_break = 0;              ///< measured requests that waited in the others
  ProbeTotals probes;                           ///< datagrams only
  std::vector<LoadSecond> seconds;              ///< datagrams only: of the measured part
  std::uint64_t queue_drops = 0;                ///< datagrams this host had no room for
  Nanoseconds first_send{0};                    ///< measured ones, CLOCK_MONOTONIC; 0: none
  Nanoseconds last_receive{0};
  Nanoseconds cpu{0};     ///< of the busiest worker
  Nanoseconds worked{0};  ///< how long that worker ran

  void merge(const LoadCounts& other);
  /// Measured requests that should have been answered by now.
  [[nodiscard]] std::uint64_t due() const noexcept { return answered + corrupt + lost + unsent; }
  /// First send to last receive; 0 when nothing came.
  [[nodiscard]] Nanoseconds span() const noexcept {
    return last_receive > first_send ? last_receive - first_send : Nanoseconds{0};
  }
};

/// One row of a running measurement.
struct LoadInterval {
  Nanoseconds from{0};  ///< since the end of the warm-up
  Nanoseconds length{0};
  std::uint64_t sent = 0;
  std::uint64_t answered = 0;
  std::uint64_t errors = 0;                ///< corrupt and lost
  std::uint64_t waiting = 0;               ///< at its end: due, and not answered
  std::optional<Nanoseconds> oldest = {};  ///< at its end: how long the oldest of those has waited
  Histogram response;

  /// The same interval of another worker.
  void merge(const LoadInterval& other);
};

}  // namespace echopool::client
