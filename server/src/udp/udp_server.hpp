// Serves datagrams: all UDP sockets, one thread. Internal. bind(), adopt() and start() belong to the thread that sets
// the server up; the rest may be called from any. Handlers run on the UDP thread.
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
#include "unique_fd.hpp"
#include "wake_fd.hpp"

#include <echopool/datagram.hpp>
#include <echopool/endpoint.hpp>
#include <echopool/settings.hpp>
#include <echopool/stats.hpp>

#include <poll.h>

#include <atomic>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <vector>

namespace echopool {

/// poll(2) ▶ recvmmsg(2) ▶ refusal() ▶ access list ▶ rates ▶ handler ▶ sendmmsg(2). What does not pass is counted.
class UdpServer {
 public:
  /// All references must outlive the server. A reload of `settings.udp` or `access` counts for the datagrams to come;
  /// the batch size stays.
  UdpServer(const LiveSettings& settings, const Live<AccessList>& access, SystemCalls& calls);
  ~UdpServer();
  UdpServer(const UdpServer&) = delete;
  UdpServer& operator=(const UdpServer&) = delete;

  /// Before start(). Returns the endpoints with their real port: two for Family::any. Throws StartError.
  std::vector<Endpoint> bind(const Endpoint& where, const SocketSettings& settings, const DatagramHandler& handler);
  /// As bind(), with a socket that systemd or inetd has bound.
  Endpoint adopt(UniqueFd socket, DatagramHandler handler);

  /// Starts the thread, unless there is no socket; it calls `first` before it serves. Throws StartError.
  void start(const std::function<void()>& first = [] {});

  /// Answers the datagrams that were taken already, ends the thread, closes the sockets.
  void stop() noexcept;

  [[nodiscard]] UdpStats stats() const;

 private:
  struct Socket {
    UdpListener listener;
    mutable std::uint32_t overflows = 0;  ///< as last counted; guarded by sockets_mutex_
    TimePoint paused_until{};             ///< the UDP thread's own
  };

  Endpoint add(UdpListener listener);
  std::uint64_t count_overflows() const;

  void run() noexcept;
  void wait() noexcept;
  void serve(Socket& socket) noexcept;
  void answer(const UdpListener& listener, std::size_t count, TimePoint now) noexcept;
  std::optional<DropReason> admit(const UdpListener& listener, std::size_t i, TimePoint now) noexcept;
  bool handle(const UdpListener& listener, Datagram& datagram, TimePoint now) noexcept;
  void pause(Socket& socket, int error) noexcept;
  void take_settings() noexcept;

  SystemCalls& calls_;
  const std::size_t batch_size_;

  std::vector<Socket> sockets_;           ///< fixed while the thread runs
  mutable std::mutex sockets_mutex_;      ///< for those who count overflows, against adding and closing sockets
  mutable std::uint64_t overflowed_ = 0;  ///< guarded by sockets_mutex_

  UdpCounters counters_;
  WakeFd wake_;
  std::atomic<bool> stopping_{false};
  std::mutex stop_mutex_;

  // The UDP thread's own.
  LiveSettings::Reader settings_;
  Live<AccessList>::Reader access_;
  std::optional<Rate> per_source_;  ///< those of settings_
  std::optional<Rate> total_;
  std::vector<std::uint16_t> own_ports_;
  std::optional<DatagramBatch> batch_;
  std::vector<pollfd> polled_;  ///< the sockets in their order, then wake_
  SourceRates source_rates_;
  TokenBucket total_rate_;
  LogLimiter handler_failures_;
  LogLimiter pauses_;
  DropLog drop_log_;

  Thread thread_;  ///< last: it uses all of the above
};

}  // namespace echopool
