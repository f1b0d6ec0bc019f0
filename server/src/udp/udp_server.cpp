#include "udp/udp_server.hpp"

#include "kernel/listener.hpp"

#include <cassert>
#include <utility>

namespace echopool {

UdpServer::UdpServer(const LiveSettings& settings, const Live<AccessList>& access, SystemCalls& calls)
    : calls_{calls}, loop_{settings, access, calls} {}

UdpServer::~UdpServer() { stop(); }

std::vector<Endpoint> UdpServer::bind(const Endpoint& where, const SocketSettings& settings,
                                      const DatagramHandler& handler) {
  std::vector<Endpoint> bound;
  for (UdpListener& listener : bind_each_family(
           "udp", where, [&](const Endpoint& one) { return UdpListener::bind(one, settings, handler, calls_); }))
    bound.push_back(add(std::move(listener)));
  return bound;
}

Endpoint UdpServer::adopt(UniqueFd socket, DatagramHandler handler) {
  return add(UdpListener::adopt(std::move(socket), std::move(handler), calls_));
}

Endpoint UdpServer::add(UdpListener listener) {
  assert(!loop_.is_running());  // it refers to the sockets
  const Endpoint local = listener.local;
  const std::uint32_t overflows = listener.overflows();
  const std::lock_guard lock{sockets_mutex_};
  sockets_.push_back({std::move(listener), overflows});
  return local;
}

void UdpServer::start(std::function<void()> first) {
  if (sockets_.empty()) return;
  std::vector<const UdpListener*> listeners;
  for (const Socket& socket : sockets_) listeners.push_back(&socket.listener);
  loop_.start(listeners, {.first = std::move(first), .overflows = [this] { return count_overflows(); }});
}

void UdpServer::stop() noexcept {
  const std::lock_guard one_at_a_time{stop_mutex_};
  loop_.stop();
  count_overflows();
  const std::lock_guard lock{sockets_mutex_};
  sockets_.clear();
}

UdpStats UdpServer::stats() const {
  UdpStats stats = loop_.stats();
  stats.dropped[static_cast<std::size_t>(DropReason::kernel)] += count_overflows();
  return stats;
}

std::uint64_t UdpServer::count_overflows() const {
  const std::lock_guard lock{sockets_mutex_};
  for (const Socket& socket : sockets_) {
    const std::uint32_t overflows = socket.listener.overflows();
    overflowed_ += overflows - std::exchange(socket.overflows, overflows);
  }
  return overflowed_;
}

}  // namespace echopool
