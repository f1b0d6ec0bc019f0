// What a load run came to. Internal. Each worker fills its own; merged afterwards.
#pragma once

#include "measure/histogram.hpp"
#include "verify/probe_ledger.hpp"

#include <cstdint>
#include <map>

namespace echopool::client {

struct LoadCounts {
  // Measured requests: those due after the warm-up.
  std::uint64_t sent = 0;
  std::uint64_t answered = 0;    ///< completely, every byte as it was sent
  std::uint64_t corrupt = 0;     ///< completely, and some byte differs
  std::uint64_t lost = 0;        ///< their connection broke, or no answer came in time
  std::uint64_t late_sends = 0;  ///< open loop: sent more than half an interval of the connection after they were due
  Histogram response;            ///< from the moment due to the last byte of the answer
  Histogram service;             ///< from the sending of the first byte
  Histogram lag;                 ///< open loop: from the moment due to the sending

  // The whole run.
  std::uint64_t bytes_sent = 0;
  std::uint64_t bytes_verified = 0;
  std::uint64_t connections_opened = 0;
  Histogram connect;                            ///< how long connecting took
  std::map<int, std::uint64_t> connect_errors;  ///< by errno
  std::map<int, std::uint64_t> broken;          ///< connections that ended in the middle, by errno; 0: closed
  ProbeTotals probes;                           ///< datagrams only
  std::uint64_t queue_drops = 0;                ///< datagrams this host had no room for
  Nanoseconds first_send{0};                    ///< measured ones, CLOCK_MONOTONIC; 0: none
  Nanoseconds last_receive{0};
  Nanoseconds cpu{0};     ///< of the busiest worker
  Nanoseconds worked{0};  ///< how long that worker ran

  void merge(const LoadCounts& other);
  /// First send to last receive; 0 when nothing came.
  [[nodiscard]] Nanoseconds span() const noexcept {
    return last_receive > first_send ? last_receive - first_send : Nanoseconds{0};
  }
};

/// One row of a running measurement.
struct LoadInterval {
  std::uint64_t answered = 0;
  std::uint64_t errors = 0;  ///< corrupt and lost
  Histogram response;
};

}  // namespace echopool::client
