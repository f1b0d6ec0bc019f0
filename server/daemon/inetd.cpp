#include "inetd.hpp"

#include "echo_service.hpp"
#include "idleness.hpp"
#include "inherited_sockets.hpp"
#include "main_loop.hpp"
#include "notify.hpp"
#include "reload.hpp"

#include <echopool/server.hpp>

#include <algorithm>
#include <chrono>

namespace echopool {
namespace {

using std::chrono::milliseconds;

void serve_until_idle(InheritedListeners listeners, const Invocation& invocation, Configuration configuration,
                      Logging& logging) {
  Server server{configuration.settings.server};
  static_cast<void>(serve_echo(server, configuration, std::move(listeners)));
  server.start();
  const auto limit = configuration.settings.server.timeouts.idle;
  Reloader reloader{invocation, std::move(configuration)};
  const Notifier no_manager{[](const char*) -> const char* { return nullptr; }};
  MainLoop loop{server, logging, reloader, no_manager};
  Idleness idleness{limit.value_or(milliseconds{0})};
  constexpr milliseconds shortest{10};
  constexpr milliseconds longest{1000};
  const auto idle = [&] { return idleness.passed(server.stats(), std::chrono::steady_clock::now()); };
  if (limit) loop.stop_when(idle, std::clamp(*limit / 4, shortest, longest));
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
