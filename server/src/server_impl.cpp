#include "server_impl.hpp"

#include "dispatch/hold_dispatcher.hpp"
#include "dispatch/park/park_dispatcher.hpp"
#include "kernel/descriptor_budget.hpp"

#include <echopool/log.hpp>

#include <algorithm>
#include <cerrno>
#include <new>
#include <numeric>
#include <stdexcept>
#include <string>

namespace echopool {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

/// How long stop() waits for workers to leave a handler after their connections were cut off.
constexpr std::chrono::seconds last_wait{1};
/// How often a drain looks whether its deadline was moved, and wakes workers that wait for input.
constexpr milliseconds drain_step{5};

ServerSettings checked(ServerSettings settings) {
  const auto wrong = settings.validate();
  if (wrong.empty()) return settings;
  const auto join = [](const std::string& list, const std::string& next) {
    return list.empty() ? next : list + "; " + next;
  };
  throw std::invalid_argument{std::accumulate(wrong.begin(), wrong.end(), std::string{}, join)};
}

}  // namespace

Server::Impl::Impl(ServerSettings given, SystemCalls& system_calls)
    : calls{system_calls},
      settings{checked(std::move(given))},
      access{AccessList{settings.get()->access}},
      refusals{counters, calls, [this] { housekeeper.nudge(); }},
      seats{settings.get()->limits.connections},
      admission{seats, settings, access},
      udp{settings, access, calls},
      housekeeper{calls},
      closer{counters, stop_state, calls, housekeeper, settings.get()->timeouts.linger},
      runner{counters, stop_state},
      pool{settings, stop_state, totals},
      acceptor{settings, seats, admission, refusals, counters, calls} {}

Server::Impl::~Impl() {
  stop(milliseconds{0});
  // Workers that stop() found stuck in a handler are waited for here, and the closer takes what they leave.
  pool.join();
  housekeeper.stop();
}

void Server::Impl::listen_on(const Endpoint& where, Handler handler, ServiceSettings service) {
  lifecycle.expect_built("serve_tcp()");
  const Service& kept = services.emplace_back(Service{std::move(handler), service});
  for (TcpListener& listener : bind_tcp_listeners(where, kept, *settings.get(), calls)) add(std::move(listener));
}

void Server::Impl::adopt(InheritedSocket listener, Handler handler, ServiceSettings service) {
  UniqueFd fd{listener.fd};
  lifecycle.expect_built("serve_tcp()");
  add(adopt_tcp_listener(std::move(fd), services.emplace_back(Service{std::move(handler), service})));
}

void Server::Impl::add(TcpListener listener) {
  tcp_endpoints.push_back(listener.local);
  listeners.push_back(std::move(listener));
}

void Server::Impl::udp_listen_on(const Endpoint& where, DatagramHandler handler) {
  lifecycle.expect_built("serve_udp()");
  for (const Endpoint& local : udp.bind(where, settings.get()->socket, std::move(handler)))
    udp_endpoints.push_back(local);
}

void Server::Impl::udp_adopt(InheritedSocket socket, DatagramHandler handler) {
  UniqueFd fd{socket.fd};
  lifecycle.expect_built("serve_udp()");
  udp_endpoints.push_back(udp.adopt(std::move(fd), std::move(handler)));
}

void Server::Impl::start() {
  lifecycle.begin_start();
  try {
    make_dispatcher();
    start_threads();
  } catch (const std::bad_alloc&) {
    undo_start();
    throw StartError{ENOMEM, "cannot allocate what " + std::to_string(settings.get()->pool.workers) +
                                 " workers need; ask for fewer (pool.workers) or raise the limit on memory (ulimit -v, "
                                 "systemd MemoryMax)"};
  } catch (...) {
    undo_start();
    throw;
  }
  for (const Endpoint& endpoint : tcp_endpoints)
    log_event(LogLevel::info, "listening", {{"transport", "tcp"}, {"address", endpoint}});
  for (const Endpoint& endpoint : udp_endpoints)
    log_event(LogLevel::info, "listening", {{"transport", "udp"}, {"address", endpoint}});
  lifecycle.finish_start();
}

void Server::Impl::make_dispatcher() {
  const std::lock_guard lock{reload_mutex};
  const auto now = settings.get();
  places = now->limits.connections;
  provide_descriptors(*places);
  if (now->pool.idle == IdleConnections::park)
    dispatcher = std::make_unique<ParkDispatcher>(settings, runner, closer, housekeeper, stop_state, totals, calls);
  else
    dispatcher = std::make_unique<HoldDispatcher>(now->pool, runner, closer, housekeeper, refusals, totals, calls);
}

/// In an order in which nothing is served before all that can fail has succeeded, but datagrams, which are answered at
/// once.
void Server::Impl::start_threads() {
  const auto now = settings.get();
  housekeeper.start({{.work = [this](TimePoint time) { return dispatcher->sweep(time); }},
                     {.work = [this](TimePoint time) { return closer.run(time); }, .fd = closer.fd()},
                     {.work = [this](TimePoint time) { return refusals.flush(time); }}},
                    [this] { lifecycle.adopt_this_thread(); });
  pool.start(now->pool, [this](Worker& worker) {
    lifecycle.adopt_this_thread();
    dispatcher->serve(worker);
  });
  for (const TcpListener& listener : listeners)
    if (!listener.inherited) start_listening(listener.fd.get(), now->socket.backlog);
  udp.start([this] { lifecycle.adopt_this_thread(); });
  acceptor.start(std::move(listeners), *dispatcher);
}

void Server::Impl::undo_start() noexcept {
  acceptor.stop();
  udp.stop();
  listeners.clear();
  if (dispatcher) {
    dispatcher->stop_admitting();
    dispatcher->release_workers();
  }
  pool.join();
  stop_state.begin_cutting_off();
  housekeeper.stop();
  lifecycle.fail_start();
}

void Server::Impl::request_stop() {
  acceptor.request_stop();
  lifecycle.request_stop();
}

StopReport Server::Impl::stop(milliseconds grace) {
  if (lifecycle.begin_stop(grace)) lifecycle.finish_stop(stop_all());
  return lifecycle.report();
}

StopReport Server::Impl::stop_all() {
  const std::uint64_t ended_before = ended();
  stop_state.begin_draining();  // a worker that parks a connection after the dispatcher's round sees it
  acceptor.stop();
  udp.stop();
  dispatcher->drain();
  if (!wait_for_connections()) {
    stop_state.begin_cutting_off();
    housekeeper.nudge();
    pool.cut_off();
    dispatcher->cut_off();
  }
  dispatcher->release_workers();
  const WakeSignal wake;
  std::size_t stuck = 0;
  const auto end = steady_clock::now() + last_wait;
  do {
    pool.interrupt_waiting();
    stuck = pool.join_for(drain_step);
  } while (stuck != 0 && steady_clock::now() < end);
  if (stuck == 0) {
    stop_state.begin_cutting_off();
    dispatcher->cut_off();  // what a last turn has parked since
    housekeeper.stop();
  }
  refusals.flush_all();
  const std::uint64_t cut_off = counters.cut_off.load(std::memory_order_relaxed);
  return {.drained = ended() - ended_before - cut_off, .aborted = cut_off, .stuck = stuck};
}

bool Server::Impl::wait_for_connections() {
  const WakeSignal wake;
  for (;;) {
    pool.interrupt_waiting();
    if (seats.wait_until_empty(steady_clock::now() + drain_step)) return true;
    if (lifecycle.grace_is_over()) return false;
  }
}

Stats Server::Impl::stats() const {
  Stats stats = counters.read();
  stats.open = seats.taken();
  stats.udp = udp.stats();
  stats.kept_input = totals.input.load(std::memory_order_relaxed);
  stats.kept_output = totals.output.load(std::memory_order_relaxed);
  stats.reading_workers = totals.reading.load(std::memory_order_relaxed);
  stats.writing_workers = totals.writing.load(std::memory_order_relaxed);
  if (lifecycle.has_started() && dispatcher) dispatcher->add_gauges(stats);
  return stats;
}

std::uint64_t Server::Impl::ended() const {
  std::uint64_t sum = 0;
  for (const auto& count : counters.ended) sum += count.load(std::memory_order_relaxed);
  return sum;
}

void Server::Impl::reconfigure(const ServerSettings& changed_settings) {
  const std::lock_guard lock{reload_mutex};
  ServerSettings next = *settings.get();
  next.timeouts = changed_settings.timeouts;
  next.limits = changed_settings.limits;
  next.access = changed_settings.access;
  next.udp = changed_settings.udp;
  next = checked(std::move(next));
  if (places && next.limits.connections > *places) {
    log_event(LogLevel::warning, "restart needed",
              {{"option", "limits.connections"}, {"running", *places}, {"wanted", next.limits.connections}});
    next.limits.connections = *places;
  }
  access.set(AccessList{next.access});
  seats.set_limit(next.limits.connections);
  closer.set_linger(next.timeouts.linger);
  settings.set(std::move(next));
  acceptor.reconfigure();
  if (dispatcher) dispatcher->reconfigure();
}

}  // namespace echopool
