// Owns the UDP sockets and the loop that serves them. Internal. bind(), adopt() and start() belong to the thread that
// sets the server up; the rest may be called from any.
#pragma once

#include "kernel/system_calls.hpp"
#include "limits/access_list.hpp"
#include "settings/live_settings.hpp"
#include "udp/udp_listener.hpp"
#include "udp/udp_loop.hpp"
#include "unique_fd.hpp"

#include <echopool/datagram.hpp>
#include <echopool/endpoint.hpp>
#include <echopool/settings.hpp>
#include <echopool/stats.hpp>

#include <cstdint>
#include <functional>
#include <mutex>
#include <vector>

namespace echopool {

class UdpServer {
 public:
  /// As UdpLoop. All references must outlive the server.
  UdpServer(const LiveSettings& settings, const Live<AccessList>& access, SystemCalls& calls);
  ~UdpServer();
  UdpServer(const UdpServer&) = delete;
  UdpServer& operator=(const UdpServer&) = delete;

  /// Before start(). Returns the endpoints with their real port: two for Family::any. Throws StartError.
  std::vector<Endpoint> bind(const Endpoint& where, const SocketSettings& settings, const DatagramHandler& handler);
  /// As bind(), with a socket that systemd or inetd has bound.
  Endpoint adopt(UniqueFd socket, DatagramHandler handler);

  /// Starts the thread, unless there is no socket; it calls `first` before it serves. Throws StartError.
  void start(std::function<void()> first = [] {});

  /// Answers the datagrams that were taken already, ends the thread, closes the sockets. A handler that runs is waited
  /// for.
  void stop() noexcept;

  [[nodiscard]] UdpStats stats() const;

 private:
  struct Socket {
    UdpListener listener;
    mutable std::uint32_t overflows = 0;  ///< as last counted
  };

  Endpoint add(UdpListener listener);
  /// Returns how many datagrams found a socket's receive buffer full.
  std::uint64_t count_overflows() const;

  SystemCalls& calls_;
  std::vector<Socket> sockets_;           ///< fixed while the thread runs
  mutable std::mutex sockets_mutex_;      ///< while overflows are counted, sockets are added or closed
  mutable std::uint64_t overflowed_ = 0;  ///< guarded by sockets_mutex_, as is Socket::overflows
  std::mutex stop_mutex_;
  UdpLoop loop_;  ///< last: it uses the sockets
};

}  // namespace echopool
