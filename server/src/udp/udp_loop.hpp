// Serves the datagrams of some sockets on a thread of its own, "udp". Internal. start() and stop() by UdpServer, which
// owns the sockets; stats() from any thread; handlers run on the loop's thread.
#pragma once

#include "kernel/system_calls.hpp"
#include "limits/access_list.hpp"
#include "limits/log_limiter.hpp"
#include "limits/source_rates.hpp"
#include "limits/token_bucket.hpp"
#include "settings/live_settings.hpp"
#include "thread.hpp"
#include "udp/datagram_batch.hpp"
#include "udp/drop_log.hpp"
#include "udp/udp_counters.hpp"
#include "udp/udp_listener.hpp"
#include "wake_fd.hpp"

#include <echopool/stats.hpp>

#include <poll.h>

#include <atomic>
#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

namespace echopool {

/// poll(2) ▶ recvmmsg(2) ▶ refusal() ▶ access list ▶ rates ▶ handler ▶ sendmmsg(2). What does not pass is counted.
class UdpLoop {
 public:
  /// What the thread calls that belongs to its owner.
  struct Hooks {
    std::function<void()> first;               ///< before it serves
    std::function<std::uint64_t()> overflows;  ///< returns how many datagrams the kernel has had no room for
  };

  /// All references must outlive the loop. A reload of `settings.udp` or `access` counts for the datagrams to come; the
  /// batch size stays as it is at start(). Throws StartError.
  UdpLoop(const LiveSettings& settings, const Live<AccessList>& access, SystemCalls& calls);
  ~UdpLoop() { stop(); }

  /// The listeners must outlive the thread. Throws StartError.
  void start(const std::vector<const UdpListener*>& listeners, Hooks hooks);
  /// Answers the datagrams that were taken already and ends the thread.
  void stop() noexcept;

  [[nodiscard]] bool is_running() const noexcept { return thread_.joinable(); }
  /// All but what the kernel has had no room for.
  [[nodiscard]] UdpStats stats() const { return counters_.read(); }

 private:
  struct Socket {
    const UdpListener& listener;
    TimePoint paused_until{};
  };

  void run() noexcept;
  void wait() noexcept;
  void take_settings() noexcept;
  void serve(Socket& socket) noexcept;
  void answer(const UdpListener& listener, std::size_t count, TimePoint now) noexcept;
  std::optional<DropReason> admit(const UdpListener& listener, std::size_t i, TimePoint now) noexcept;
  bool handle(const UdpListener& listener, Datagram& datagram, TimePoint now) noexcept;
  void pause(Socket& socket, int error) noexcept;
  void report_drops() noexcept;

  SystemCalls& calls_;
  UdpCounters counters_;
  WakeFd wake_;
  std::atomic<bool> stopping_{false};

  // The thread's own.
  Hooks hooks_;
  LiveSettings::Reader settings_;
  Live<AccessList>::Reader access_;
  std::optional<Rate> per_source_;  ///< those of settings_
  std::optional<Rate> total_;
  std::optional<DatagramBatch> batch_;
  std::vector<Socket> sockets_;
  std::vector<std::uint16_t> own_ports_;
  std::vector<pollfd> polled_;  ///< the sockets in their order, then wake_
  SourceRates source_rates_;
  TokenBucket total_rate_;
  LogLimiter handler_failures_;
  LogLimiter pauses_;
  DropLog drop_log_;

  Thread thread_;  ///< last: it uses all of the above
};

}  // namespace echopool
