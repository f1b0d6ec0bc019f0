// The parts of a Server, built and connected; data flows from the acceptor to the closer. Internal. Owned by Server.
#pragma once

#include "accept/acceptor.hpp"
#include "accept/admission.hpp"
#include "accept/tcp_listener.hpp"
#include "close/closer.hpp"
#include "dispatch/dispatcher.hpp"
#include "dispatch/worker_pool.hpp"
#include "housekeeping/housekeeper.hpp"
#include "kernel/stop_state.hpp"
#include "lifecycle.hpp"
#include "limits/access_list.hpp"
#include "limits/seats.hpp"
#include "refuse/refusals.hpp"
#include "session/session_runner.hpp"
#include "settings/live_settings.hpp"
#include "stats/counters.hpp"
#include "udp/udp_server.hpp"

#include <echopool/server.hpp>

#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

namespace echopool {

struct [[gnu::visibility("hidden")]] Server::Impl {
  Impl(ServerSettings given, SystemCalls & system_calls);
  ~Impl();

  void listen_on(const Endpoint& where, Handler handler, ServiceSettings service = {});
  void adopt(InheritedSocket listener, Handler handler, ServiceSettings service = {});
  void udp_listen_on(const Endpoint& where, DatagramHandler handler);
  void udp_adopt(InheritedSocket socket, DatagramHandler handler);
  void start();
  void request_stop();
  StopReport stop(std::chrono::milliseconds grace);
  void reconfigure(const ServerSettings& settings);
  [[nodiscard]] Stats stats() const;

  SystemCalls& calls;
  LiveSettings settings;
  Live<AccessList> access;
  Lifecycle lifecycle;
  StopState stop_state;
  Counters counters;
  SessionTotals totals;
  Refusals refusals;
  Seats seats;
  Admission admission;
  std::deque<Service> services;  // addresses stay
  std::vector<TcpListener> listeners;
  std::vector<Endpoint> tcp_endpoints;
  std::vector<Endpoint> udp_endpoints;
  UdpServer udp;
  Housekeeper housekeeper;
  Closer closer;
  SessionRunner runner;
  std::unique_ptr<Dispatcher> dispatcher;
  WorkerPool pool;
  Acceptor acceptor;

 private:
  void add(TcpListener listener);
  void make_dispatcher();
  void start_threads();
  void undo_start() noexcept;
  StopReport stop_all();
  /// Waits until every connection has ended. Returns false if the grace period is over before.
  [[nodiscard]] bool wait_for_connections();
  [[nodiscard]] std::uint64_t ended() const;

  /// Held by a reload from its first step to its last, so that two leave no mixture, and while start() takes its
  /// settings. The only lock under which others are taken.
  std::mutex reload_mutex;
  /// How many connections there is room for, from start() on: a reload may allow fewer, not more. Guarded by
  /// reload_mutex.
  std::optional<std::size_t> places;
};

}  // namespace echopool
