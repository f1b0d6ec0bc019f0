#include "inetd.hpp"

#include "echo_service.hpp"
#include "inherited_sockets.hpp"
#include "main_loop.hpp"
#include "notify.hpp"
#include "reload.hpp"

#include <echopool/server.hpp>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <optional>

namespace echopool {
namespace {

using std::chrono::milliseconds;

/// Whether a server has had nothing to do for a while.
class Idleness {
 public:
  Idleness(const Server& server, milliseconds limit) : server_{server}, limit_{limit} {}

  bool passed() {
    const Stats stats = server_.stats();
    const std::uint64_t work = stats.accepted + stats.udp.received;
    const auto now = std::chrono::steady_clock::now();
    if (stats.open > 0 || work != seen_ || !since_) {
      seen_ = work;
      since_ = now;
    }
    return now - *since_ >= limit_;
  }

 private:
  const Server& server_;
  milliseconds limit_;
  std::uint64_t seen_ = 0;
  std::optional<std::chrono::steady_clock::time_point> since_;
};

void serve_until_idle(InheritedListeners listeners, const Invocation& invocation, Configuration configuration,
                      Logging& logging) {
  Server server{configuration.settings.server};
  static_cast<void>(serve_echo(server, configuration, std::move(listeners)));
  server.start();
  const auto limit = configuration.settings.server.timeouts.idle;
  Reloader reloader{invocation, std::move(configuration)};
  const Notifier nobody{[](const char*) -> const char* { return nullptr; }};
  MainLoop loop{server, logging, reloader, nobody};
  Idleness idleness{server, limit.value_or(milliseconds{0})};
  constexpr milliseconds shortest{10};
  constexpr milliseconds longest{1000};
  if (limit) loop.stop_when([&idleness] { return idleness.passed(); }, std::clamp(*limit / 4, shortest, longest));
  loop.run();
}

}  // namespace

int serve_inetd(UniqueFd socket, const Invocation& invocation, Configuration configuration, Logging& logging) {
  InheritedListeners listeners;
  const int fd = socket.get();
  switch (kind_of_socket(fd)) {
    case SocketKind::tcp_connection:
      run_connection(InheritedSocket{socket.release()}, Handler{echo}, configuration.settings.server);
      return 0;
    case SocketKind::tcp_listener:
      listeners.tcp.push_back(std::move(socket));
      break;
    case SocketKind::udp:
      listeners.udp.push_back(std::move(socket));
      break;
    case SocketKind::none:
      return 1;
  }
  serve_until_idle(std::move(listeners), invocation, std::move(configuration), logging);
  return 0;
}

}  // namespace echopool
