#include "kernel/system_calls.hpp"
#include "server_impl.hpp"
#include "signals.hpp"

#include <echopool/log.hpp>
#include <echopool/server.hpp>

#include <optional>

namespace echopool {

Server::Server(ServerSettings settings) : impl_{std::make_unique<Impl>(std::move(settings), SystemCalls::real())} {}

Server::~Server() = default;

void Server::serve_tcp(const Endpoint& where, Handler handler, Opens opens) {
  impl_->listen_on(where, std::move(handler), opens);
}

void Server::serve_tcp(InheritedSocket listener, Handler handler, Opens opens) {
  impl_->adopt(listener, std::move(handler), opens);
}

void Server::serve_udp(const Endpoint& where, DatagramHandler handler) {
  impl_->udp_listen_on(where, std::move(handler));
}

void Server::serve_udp(InheritedSocket socket, DatagramHandler handler) {
  impl_->udp_endpoints.push_back(impl_->udp.adopt(UniqueFd{socket.fd}, std::move(handler)));
}

void Server::start() { impl_->start(); }

StopReport Server::stop(std::chrono::milliseconds grace) { return impl_->stop(grace); }

void Server::reconfigure(const ServerSettings& settings) { impl_->reconfigure(settings); }

Stats Server::stats() const {
  Stats stats = impl_->counters.read();
  stats.open = impl_->seats.taken();
  stats.udp = impl_->udp.stats();
  return stats;
}

std::vector<Endpoint> Server::endpoints() const {
  std::vector<Endpoint> all = impl_->tcp_endpoints;
  all.insert(all.end(), impl_->udp_endpoints.begin(), impl_->udp_endpoints.end());
  return all;
}

int Server::run_until_signal(std::initializer_list<int> signals) {
  const SignalSet set{signals};
  set.block();
  start();
  while (!set.wait(std::nullopt)) continue;
  // A thread of its own stops the server, so that this one can still hear the second signal.
  std::atomic<bool> stopped{false};
  Thread stopper{"stopper", 128_KiB, [&] {
                   stop(impl_->settings.get()->timeouts.drain);
                   stopped.store(true, std::memory_order_release);
                 }};
  while (!stopped.load(std::memory_order_acquire))
    if (set.wait(std::chrono::milliseconds{20})) stop(std::chrono::milliseconds{0});
  return 0;
}

}  // namespace echopool
