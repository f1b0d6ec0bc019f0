// The parts of a Server, built and connected; data flows from the acceptor to the reaper. Internal. Owned by Server.
#pragma once

#include "accept/acceptor.hpp"
#include "accept/admission.hpp"
#include "close/reaper.hpp"
#include "dispatch/dispatcher.hpp"
#include "dispatch/worker_pool.hpp"
#include "limits/ticket.hpp"
#include "session/session_runner.hpp"
#include "settings/live_settings.hpp"
#include "stats/counters.hpp"
#include "udp/udp_server.hpp"

#include <echopool/server.hpp>

#include <atomic>
#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <vector>

namespace echopool {

struct [[gnu::visibility("hidden")]] Server::Impl {
  Impl(ServerSettings given, SystemCalls & system_calls);
  ~Impl();

  void listen_on(const Endpoint& where, Handler handler, Opens opens = Opens::client);
  void adopt(InheritedSocket listener, Handler handler, Opens opens = Opens::client);
  void udp_listen_on(const Endpoint& where, DatagramHandler handler);
  void start();
  StopReport stop(std::chrono::milliseconds grace);
  void reconfigure(const ServerSettings& settings);

  SystemCalls& calls;
  LiveSettings settings;
  std::atomic<bool> draining{false};
  Counters counters;
  KeptBytes kept_bytes;
  const std::size_t places;  // connections there is room for; a reload may allow fewer, not more
  Seats seats;
  Admission admission;
  std::deque<Handler> handlers;  // addresses stay
  std::vector<Listener> listeners;
  std::vector<Endpoint> tcp_endpoints;
  std::vector<Endpoint> udp_endpoints;
  UdpServer udp;
  Reaper reaper;
  SessionRunner runner;
  std::unique_ptr<Dispatcher> dispatcher;
  WorkerPool pool;
  Acceptor acceptor;

 private:
  void bind_one(const Endpoint& where, const Handler& handler, Opens opens);
  void bind_both_families(std::uint16_t port, const Handler& handler, Opens opens);
  void undo_start() noexcept;
  StopReport stop_all();
  /// Waits until every connection has ended: true, or false when the grace period is over.
  [[nodiscard]] bool wait_for_connections();
  [[nodiscard]] std::uint64_t ended() const;

  enum class Stage : std::uint8_t { built, running, stopping, stopped };
  std::mutex mutex;
  std::condition_variable changed;
  Stage stage = Stage::built;                      // guarded by mutex
  std::chrono::steady_clock::time_point deadline;  // likewise: the end of the grace period
  StopReport report;                               // likewise
};

}  // namespace echopool
