#include "inetd.hpp"

#include "cidr.hpp"
#include "echo_service.hpp"
#include "idleness.hpp"
#include "inherited_sockets.hpp"
#include "main_loop.hpp"
#include "notify.hpp"
#include "reload.hpp"
#include "sockaddr.hpp"

#include <echopool/server.hpp>

#include <sys/socket.h>

#include <algorithm>
#include <chrono>
#include <string>
#include <vector>

namespace echopool {
namespace {

using std::chrono::milliseconds;

/// The length of the longest prefix that `peer` lies in; -1: it lies in none.
int longest_match(const std::vector<std::string>& blocks, const Endpoint& peer) {
  int longest = -1;
  for (const std::string& text : blocks) {
    const Cidr block = Cidr::parse(text);
    if (block.contains(peer)) longest = std::max(longest, static_cast<int>(block.prefix_length));
  }
  return longest;
}

/// As the framework decides for the connections that it accepts itself.
bool is_admitted(const AccessSettings& access, const Endpoint& peer) {
  const int allowed = longest_match(access.allow, peer);
  const int denied = longest_match(access.deny, peer);
  if (allowed < 0 && denied < 0) return access.allow.empty();
  return allowed > denied;
}

void serve_connection(UniqueFd socket, const ServerSettings& settings) {
  const Endpoint peer = peer_endpoint(socket.get());
  if (is_admitted(settings.access, peer)) {
    run_connection(InheritedSocket{socket.release()}, Handler{echo}, settings);
    return;
  }
  log_event(LogLevel::notice, "connection refused", {{"peer", peer}, {"reason", "access"}, {"count", 1}});
  const linger reset{.l_onoff = 1, .l_linger = 0};
  ::setsockopt(socket.get(), SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
}

void serve_until_idle(InheritedListeners listeners, const Invocation& invocation, Configuration configuration,
                      Logging& logging) {
  Server server{configuration.settings.server};
  static_cast<void>(serve_echo(server, configuration, std::move(listeners)));
  server.start();
  const auto limit = configuration.settings.server.timeouts.idle;
  Reloader reloader{invocation, std::move(configuration)};
  const Notifier nobody{[](const char*) -> const char* { return nullptr; }};
  MainLoop loop{server, logging, reloader, nobody};
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
      serve_connection(std::move(socket), configuration.settings.server);
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
