#include "server_impl.hpp"
#include "signals.hpp"
#include "thread.hpp"
#include "wake_fd.hpp"

#include <poll.h>

#include <deque>
#include <functional>
#include <vector>

namespace echopool {

/// What the free functions need of a Server beyond its public interface.
struct ServerAccess {
  static Server::Impl& impl(Server& server) { return *server.impl_; }
};

namespace {

constexpr ByteSize stopper_stack = 128_KiB;

using Servers = std::vector<std::reference_wrapper<Server>>;

/// Starts those that are still to be started. Leaves none of them running when one cannot be started.
void start_all(const Servers& servers) {
  std::vector<Server*> started;
  try {
    for (Server& server : servers) {
      if (!ServerAccess::impl(server).lifecycle.is_built()) continue;
      server.start();
      started.push_back(&server);
    }
  } catch (...) {
    for (Server* server : started) server->stop(std::chrono::milliseconds{0});
    throw;
  }
}

bool is_readable(const pollfd& entry) { return entry.revents != 0; }

/// Returns when a signal came (and takes it), or when one of the servers has to stop.
void wait_for_end(const Servers& servers, const SignalQueue& signals) {
  std::vector<pollfd> watched{{.fd = signals.fd(), .events = POLLIN, .revents = 0}};
  for (Server& server : servers)
    watched.push_back({.fd = ServerAccess::impl(server).lifecycle.wait_fd(), .events = POLLIN, .revents = 0});
  while (::poll(watched.data(), watched.size(), -1) <= 0) continue;  // EINTR
  if (is_readable(watched.front())) signals.take();
}

/// Stops them all at the same time. Threads of their own do so, so that this one can hear a second signal.
void stop_all(const Servers& servers, const SignalQueue& signals) {
  std::deque<WakeFd> done(servers.size());
  std::vector<pollfd> watched{{.fd = signals.fd(), .events = POLLIN, .revents = 0}};
  std::vector<Thread> stoppers;
  for (std::size_t i = 0; i < servers.size(); ++i) {
    Server& server = servers[i];
    const auto grace = ServerAccess::impl(server).settings.get()->timeouts.drain;
    stoppers.emplace_back("stopper", stopper_stack, [&server, grace, &finished = done[i]] {
      server.stop(grace);
      finished.wake();
    });
    watched.push_back({.fd = done[i].fd(), .events = POLLIN, .revents = 0});
  }
  for (std::size_t left = servers.size(); left != 0;) {
    if (::poll(watched.data(), watched.size(), -1) <= 0) continue;  // EINTR
    if (is_readable(watched.front())) {
      signals.take();
      for (Server& server : servers) server.stop(std::chrono::milliseconds{0});
    }
    for (std::size_t i = 1; i < watched.size(); ++i) {
      if (!is_readable(watched[i])) continue;
      watched[i].fd = -1;  // poll(2) ignores it from now on
      --left;
    }
  }
}

}  // namespace

int run_until_signal(std::initializer_list<std::reference_wrapper<Server>> servers,
                     std::initializer_list<int> signals) {
  const Servers all{servers};
  const SignalQueue queue{SignalSet{signals}};
  start_all(all);
  wait_for_end(all, queue);
  stop_all(all, queue);
  return 0;
}

int Server::run_until_signal(std::initializer_list<int> signals) {
  return echopool::run_until_signal({*this}, signals);
}

}  // namespace echopool
