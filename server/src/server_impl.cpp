#include "server_impl.hpp"

#include "dispatch/hold_dispatcher.hpp"
#include "dispatch/park/park_dispatcher.hpp"
#include "kernel/descriptor_budget.hpp"
#include "sockaddr.hpp"

#include <echopool/log.hpp>

#include <fcntl.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <new>
#include <numeric>
#include <optional>
#include <stdexcept>

namespace echopool {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

/// How long stop() waits for workers to leave a handler after their connections were cut off.
constexpr std::chrono::seconds last_wait{1};
/// How often a drain looks whether its deadline was moved, and wakes workers that wait for input.
constexpr milliseconds drain_step{5};
/// Any free port for IPv4 may be taken for IPv6: try a few.
constexpr int port_attempts = 16;

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
      places{settings.get()->limits.connections},
      seats{places},
      admission{seats, *settings.get()},
      udp{settings.get()->udp, admission.access(), calls},
      reaper{counters, calls, settings.get()->timeouts.linger},
      runner{counters, draining},
      pool{settings, draining, kept_bytes},
      acceptor{settings, seats, admission, counters, calls} {}

Server::Impl::~Impl() {
  stop(milliseconds{0});
  // Workers that stop() found stuck in a handler are waited for here, and the reaper takes what they leave.
  pool.join();
  reaper.stop();
}

void Server::Impl::listen_on(const Endpoint& where, Handler handler, Opens opens) {
  const Handler& kept = handlers.emplace_back(std::move(handler));
  if (where.family() == Endpoint::Family::any) return bind_both_families(where.port(), kept, opens);
  bind_one(where, kept, opens);
}

void Server::Impl::bind_one(const Endpoint& where, const Handler& handler, Opens opens) {
  UniqueFd fd = bind_tcp(where, Acceptor::options(*settings.get()), calls);
  tcp_endpoints.push_back(local_endpoint(fd.get()));
  listeners.push_back({.fd = std::move(fd), .handler = &handler, .opens = opens});
}

void Server::Impl::bind_both_families(std::uint16_t port, const Handler& handler, Opens opens) {
  for (int attempt = 1;; ++attempt) {
    bind_one({Endpoint::Family::v4, {}, port}, handler, opens);
    try {
      return bind_one({Endpoint::Family::v6, {}, tcp_endpoints.back().port()}, handler, opens);
    } catch (const StartError& error) {
      if (error.code().value() == EAFNOSUPPORT) {
        return log_event(LogLevel::notice, "listener skipped",
                         {{"transport", "tcp"}, {"address", "[::]"}, {"error", "this host has no IPv6"}});
      }
      if (port != 0 || error.code().value() != EADDRINUSE || attempt == port_attempts) throw;
      tcp_endpoints.pop_back();
      listeners.pop_back();
    }
  }
}

void Server::Impl::adopt(InheritedSocket listener, Handler handler, Opens opens) {
  UniqueFd fd{listener.fd};
  int listening = 0;
  socklen_t length = sizeof listening;
  if (::getsockopt(fd.get(), SOL_SOCKET, SO_ACCEPTCONN, &listening, &length) != 0 || listening == 0)
    throw StartError{ENOTSOCK, "descriptor " + std::to_string(listener.fd) + " is not a listening stream socket"};
  const int flags = ::fcntl(fd.get(), F_GETFL);
  if (flags < 0 || ::fcntl(fd.get(), F_SETFL, flags | O_NONBLOCK) != 0 || ::fcntl(fd.get(), F_SETFD, FD_CLOEXEC) != 0)
    throw StartError{errno, "descriptor " + std::to_string(listener.fd) + " cannot be made non-blocking"};
  const Handler& kept = handlers.emplace_back(std::move(handler));
  tcp_endpoints.push_back(local_endpoint(fd.get()));
  listeners.push_back({.fd = std::move(fd), .handler = &kept, .opens = opens, .inherited = true});
}

void Server::Impl::udp_listen_on(const Endpoint& where, DatagramHandler handler) {
  const SocketSettings socket = settings.get()->socket;
  if (where.family() != Endpoint::Family::any) {
    udp_endpoints.push_back(udp.bind(where, socket, std::move(handler)));
    return;
  }
  udp_endpoints.push_back(udp.bind({Endpoint::Family::v4, {}, where.port()}, socket, handler));
  const Endpoint v6{Endpoint::Family::v6, {}, udp_endpoints.back().port()};
  try {
    udp_endpoints.push_back(udp.bind(v6, socket, std::move(handler)));
  } catch (const StartError& error) {
    if (error.code().value() != EAFNOSUPPORT) throw;
    log_event(LogLevel::notice, "listener skipped",
              {{"transport", "udp"}, {"address", v6}, {"error", "this host has no IPv6"}});
  }
}

void Server::Impl::start() {
  {
    const std::lock_guard lock{mutex};
    if (stage != Stage::built) throw std::logic_error{"a Server can be started once"};
  }
  const auto now = settings.get();
  provide_descriptors(now->limits.connections);
  if (now->pool.idle == IdleConnections::park)
    dispatcher = std::make_unique<ParkDispatcher>(settings, runner, reaper, draining, calls);
  else
    dispatcher = std::make_unique<HoldDispatcher>(now->pool, runner, reaper, counters, calls);
  try {
    reaper.start([this](TimePoint time) { return dispatcher->sweep(time); });
    pool.start(now->pool, [this](Worker& worker) { dispatcher->serve(worker); });
    for (const Listener& listener : listeners)
      if (!listener.inherited) start_listening(listener.fd.get(), now->socket.backlog);
    acceptor.start(std::move(listeners), *dispatcher);
    udp.start();
  } catch (const std::bad_alloc&) {
    undo_start();
    throw StartError{ENOMEM, "cannot allocate what " + std::to_string(now->pool.workers) +
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
  const std::lock_guard lock{mutex};
  stage = Stage::running;
}

void Server::Impl::undo_start() noexcept {
  acceptor.stop();
  dispatcher->stop_admitting();
  dispatcher->release_workers();
  pool.join();
  reaper.stop();
}

StopReport Server::Impl::stop(milliseconds grace) {
  {
    std::unique_lock lock{mutex};
    const auto end = steady_clock::now() + grace;
    switch (stage) {
      case Stage::built:
        stage = Stage::stopped;
        return report;
      case Stage::stopped:
        return report;
      case Stage::stopping:
        deadline = std::min(deadline, end);
        changed.wait(lock, [this] { return stage == Stage::stopped; });
        return report;
      case Stage::running:
        break;
    }
    stage = Stage::stopping;
    deadline = end;
  }
  const StopReport result = stop_all();
  {
    const std::lock_guard lock{mutex};
    stage = Stage::stopped;
    report = result;
  }
  changed.notify_all();
  return result;
}

StopReport Server::Impl::stop_all() {
  const std::uint64_t ended_before = ended();
  // Sequentially consistent, with its readers: a worker that parks a connection after the dispatcher's round sees it.
  draining.store(true, std::memory_order_seq_cst);
  acceptor.stop();
  udp.stop();
  dispatcher->drain();
  if (!wait_for_connections()) {
    reaper.abort();
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
    dispatcher->cut_off();  // what a last turn has parked since
    reaper.stop();
  }
  const std::uint64_t cut_off = counters.cut_off.load(std::memory_order_relaxed);
  return {.drained = ended() - ended_before - cut_off, .aborted = cut_off, .stuck = stuck};
}

bool Server::Impl::wait_for_connections() {
  const WakeSignal wake;
  for (;;) {
    pool.interrupt_waiting();
    if (seats.wait_until_empty(steady_clock::now() + drain_step)) return true;
    const std::lock_guard lock{mutex};
    if (steady_clock::now() >= deadline) return false;
  }
}

std::uint64_t Server::Impl::ended() const {
  std::uint64_t sum = 0;
  for (const auto& count : counters.ended) sum += count.load(std::memory_order_relaxed);
  return sum;
}

void Server::Impl::reconfigure(const ServerSettings& changed_settings) {
  ServerSettings next = *settings.get();
  next.timeouts = changed_settings.timeouts;
  next.limits = changed_settings.limits;
  next.access = changed_settings.access;
  next.udp = changed_settings.udp;
  next = checked(std::move(next));
  if (next.limits.connections > places) {
    log_event(LogLevel::warning, "restart needed",
              {{"option", "limits.connections"}, {"running", places}, {"wanted", next.limits.connections}});
    next.limits.connections = places;
  }
  admission.reconfigure(next);
  udp.reconfigure(next.udp, admission.access());
  seats.set_limit(next.limits.connections);
  reaper.set_linger(next.timeouts.linger);
  settings.set(std::move(next));
  acceptor.reconfigure();
  if (dispatcher) dispatcher->reconfigure();
}

}  // namespace echopool
