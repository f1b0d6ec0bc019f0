#include "kernel/system_calls.hpp"
#include "server_impl.hpp"

#include <echopool/server.hpp>

#include <poll.h>

#include <utility>

namespace echopool {

Server::Server(ServerSettings settings) : impl_{std::make_unique<Impl>(std::move(settings), SystemCalls::real())} {}

Server::~Server() = default;

void Server::serve_tcp(const Endpoint& where, Handler handler, ServiceSettings service) {
  impl_->listen_on(where, std::move(handler), service);
}

void Server::serve_tcp(InheritedSocket listener, Handler handler, ServiceSettings service) {
  impl_->adopt(listener, std::move(handler), service);
}

void Server::serve_udp(const Endpoint& where, DatagramHandler handler) {
  impl_->udp_listen_on(where, std::move(handler));
}

void Server::serve_udp(InheritedSocket socket, DatagramHandler handler) {
  impl_->udp_adopt(socket, std::move(handler));
}

void Server::start() { impl_->start(); }

void Server::wait() const {
  pollfd wanted{.fd = impl_->lifecycle.wait_fd(), .events = POLLIN, .revents = 0};
  while (::poll(&wanted, 1, -1) <= 0) continue;  // EINTR
}

void Server::request_stop() { impl_->request_stop(); }

StopReport Server::stop(std::chrono::milliseconds grace) { return impl_->stop(grace); }

void Server::reconfigure(const ServerSettings& settings) { impl_->reconfigure(settings); }

Stats Server::stats() const { return impl_->stats(); }

std::vector<Endpoint> Server::endpoints() const {
  std::vector<Endpoint> all = impl_->tcp_endpoints;
  all.insert(all.end(), impl_->udp_endpoints.begin(), impl_->udp_endpoints.end());
  return all;
}

}  // namespace echopool
