// Serves datagrams: all UDP sockets, one thread. Internal. bind(), adopt() and start() belong to the thread that sets
// the server up; the rest may be called from any. Handlers run on the UDP thread.
#pragma once

#include "kernel/system_calls.hpp"
#include "limits/access_list.hpp"
#include "limits/source_rates.hpp"
#include "limits/token_bucket.hpp"
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
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

namespace echopool {

/// poll(2) ▶ recvmmsg(2) ▶ refusal() ▶ access list ▶ rates ▶ handler ▶ sendmmsg(2). What does not pass is counted.
class UdpServer {
 public:
  /// `access` decides on each datagram's source; nullptr admits everyone. `calls` must outlive the server.
  UdpServer(const UdpSettings& settings, std::shared_ptr<const AccessList> access, SystemCalls& calls);
  ~UdpServer();
  UdpServer(const UdpServer&) = delete;
  UdpServer& operator=(const UdpServer&) = delete;

  /// Before start(). Requires family v4 or v6. Gives the endpoint with its real port. Throws StartError.
  Endpoint bind(const Endpoint& where, const SocketSettings& settings, DatagramHandler handler);
  /// As bind(), with a socket that systemd or inetd has bound.
  Endpoint adopt(UniqueFd socket, DatagramHandler handler);

  /// Starts the thread, unless there is no socket. Throws StartError.
  void start();

  /// Answers the datagrams that were taken already, ends the thread, closes the sockets.
  void stop() noexcept;

  /// Rates and access list for the datagrams to come; the batch size stays.
  void reconfigure(const UdpSettings& settings, std::shared_ptr<const AccessList> access);

  [[nodiscard]] UdpStats stats() const;

 private:
  struct Policy {
    std::optional<Rate> per_source;
    std::optional<Rate> total;
    std::shared_ptr<const AccessList> access;
  };
  struct Socket {
    UdpListener listener;
    mutable std::uint32_t overflows = 0;  ///< as last counted; guarded by sockets_mutex_
    TimePoint paused_until{};             ///< the UDP thread's own
  };

  static std::shared_ptr<const Policy> make_policy(const UdpSettings& settings,
                                                   std::shared_ptr<const AccessList> access);
  Endpoint add(UdpListener listener);
  std::uint64_t count_overflows() const;

  void run() noexcept;
  void wait() noexcept;
  void serve(Socket& socket) noexcept;
  void answer(const UdpListener& listener, std::size_t count, TimePoint now) noexcept;
  std::optional<DropReason> admit(const UdpListener& listener, std::size_t i, TimePoint now) noexcept;
  bool handle(const UdpListener& listener, Datagram& datagram, TimePoint now) noexcept;
  void pause(Socket& socket, int error) noexcept;
  void take_policy() noexcept;

  SystemCalls& calls_;
  const std::size_t batch_size_;

  std::vector<Socket> sockets_;           ///< fixed while the thread runs
  mutable std::mutex sockets_mutex_;      ///< for those who count overflows, against adding and closing sockets
  mutable std::uint64_t overflowed_ = 0;  ///< guarded by sockets_mutex_

  std::mutex policy_mutex_;
  std::shared_ptr<const Policy> next_policy_;  ///< guarded by policy_mutex_
  std::atomic<std::uint64_t> policy_version_{0};

  UdpCounters counters_;
  WakeFd wake_;
  std::atomic<bool> stopping_{false};
  std::mutex stop_mutex_;

  // The UDP thread's own.
  std::shared_ptr<const Policy> policy_;
  std::uint64_t policy_seen_ = 0;
  std::vector<std::uint16_t> own_ports_;
  std::optional<DatagramBatch> batch_;
  std::vector<pollfd> polled_;  ///< the sockets in their order, then wake_
  SourceRates source_rates_;
  TokenBucket total_rate_;
  TokenBucket complaints_;
  DropLog drop_log_;

  Thread thread_;  ///< last: it uses all of the above
};

}  // namespace echopool
