// A listening TCP socket with its service: bound by us, or inherited and made ready. Internal. Opened by the thread
// that sets the server up; then the acceptor's.
#pragma once

#include "kernel/listener.hpp"
#include "unique_fd.hpp"

#include <echopool/endpoint.hpp>
#include <echopool/handler.hpp>
#include <echopool/settings.hpp>

#include <vector>

namespace echopool {

/// What is spoken on a listener. Lives as long as the server.
struct Service {
  Handler handler;
  ServiceSettings settings;
};

struct TcpListener {
  UniqueFd fd;
  Endpoint local;
  const Service* service;
  bool inherited = false;      ///< opened by another process: connections get their options one by one
  bool stale_options = false;  ///< connections in its backlog may have been born with options from before a reload
};

/// Returns the options that `settings` asks for on a listener, and so on its connections.
[[nodiscard]] ListenOptions listen_options(const ServerSettings& settings);

/// Binds one socket or, for Family::any, one for each family. Throws StartError.
[[nodiscard]] std::vector<TcpListener> bind_tcp_listeners(const Endpoint& where, const Service& service,
                                                          const ServerSettings& settings, SystemCalls& calls);

/// Takes over a socket that listens already. Throws StartError when it is no listening TCP socket.
[[nodiscard]] TcpListener adopt_tcp_listener(UniqueFd fd, const Service& service);

}  // namespace echopool
