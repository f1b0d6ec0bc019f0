// The ping: sends probes on a schedule, takes what comes back, and sums it up. Internal. One call of run() from one
// thread.
#pragma once

#include "measure/histogram.hpp"
#include "measure/jitter.hpp"
#include "ping/ping_channel.hpp"
#include "wake_fd.hpp"

#include <functional>
#include <optional>

namespace echopool::client {

struct PingSettings {
  std::optional<std::uint64_t> count;  ///< nullopt: until interrupted
  Nanoseconds interval = std::chrono::seconds{1};
  bool adaptive = false;                        ///< the next probe as soon as the last is answered or overdue
  std::optional<Nanoseconds> deadline;          ///< of the whole run
  Nanoseconds limit = std::chrono::seconds{1};  ///< for one answer
  bool tell_outstanding = false;
  int interrupt_fd = -1;
  WakeFd* progress_wanted = nullptr;  ///< readable: report how far things are
};

struct PingReport {
  ProbeTotals totals;
  Histogram round_trips;         ///< good answers, from before send(2) to after recvmsg(2)
  Histogram kernel_round_trips;  ///< the same by the kernel's stamps, where it gave both
  Histogram unstamped;           ///< the round trips of those where it did not
  Jitter jitter;                 ///< of round_trips
  Nanoseconds started{0};        ///< CLOCK_REALTIME
  Nanoseconds duration{0};
  std::uint64_t disconnections = 0;
  std::uint64_t queue_drops = 0;
  bool interrupted = false;
};

class Ping {
 public:
  using Progress = std::function<void(const PingReport&)>;

  /// `progress` is called when `progress_wanted` says so.
  Ping(const PingSettings& settings, Progress progress) : settings_{settings}, progress_{std::move(progress)} {}

  /// To be given to the channel; passes every event on to `next` after counting it.
  [[nodiscard]] PingListener listener(PingListener next);
  [[nodiscard]] PingReport run(PingChannel& channel);

 private:
  [[nodiscard]] bool may_send() const { return !settings_.count || sent_ < *settings_.count; }
  [[nodiscard]] bool is_over(const PingChannel& channel, Nanoseconds now) const;
  void send_if_due(PingChannel& channel, const PingListener& listener, Nanoseconds now);
  [[nodiscard]] std::optional<Nanoseconds> next_event(const PingChannel& channel) const;
  /// False: interrupted.
  [[nodiscard]] bool wait(PingChannel& channel, Nanoseconds now);
  [[nodiscard]] PingReport snapshot(const PingChannel& channel) const;

  const PingSettings settings_;
  const Progress progress_;
  PingListener listener_;
  PingReport report_;
  Nanoseconds start_{0};
  Nanoseconds due_{0};
  std::uint64_t sent_ = 0;
};

}  // namespace echopool::client
