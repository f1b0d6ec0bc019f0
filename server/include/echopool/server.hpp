// A thread-pool server of blocking sockets: give it a handler, start it, stop it.
// Installed. serve_… and start() belong to one thread; stop(), stats() and endpoints() may be called from any.
#pragma once

#include <echopool/datagram.hpp>
#include <echopool/endpoint.hpp>
#include <echopool/error.hpp>
#include <echopool/export.hpp>
#include <echopool/handler.hpp>
#include <echopool/literals.hpp>
#include <echopool/session.hpp>
#include <echopool/settings.hpp>
#include <echopool/stats.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

namespace echopool {

/// What stopping came to.
struct StopReport {
  std::uint64_t drained = 0;  ///< connections that ended in good order after stop() was called
  std::uint64_t aborted = 0;  ///< connections that were cut off when the grace period was over
  std::uint64_t stuck = 0;    ///< workers still inside a handler that ignores stopping(); ~Server waits for them
};

/// A socket that somebody else opened (systemd's LISTEN_FDS, inetd). The Server takes it over and closes it.
struct InheritedSocket {
  int fd;  ///< the descriptor
};

/// A server of any number of TCP and UDP services: settings, serve_tcp() and serve_udp(), start(), stop().
class ECHOPOOL_EXPORT Server {
 public:
  /// Throws std::invalid_argument listing everything settings.validate() finds.
  explicit Server(ServerSettings settings = {});
  /// Stops at once (stop(0ms)) and waits for every thread.
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  /// Serves TCP connections to `where` (port 0: any free port; `*`: one IPv4 and one IPv6-only socket). The socket is
  /// bound here and listens from start() on. `opens`: who speaks first. Throws StartError: address in use, not ours,
  /// not permitted.
  void serve_tcp(const Endpoint& where, Handler handler, Opens opens = Opens::client);
  /// The same on a listening socket that is there already. Throws StartError when it is none.
  void serve_tcp(InheritedSocket listener, Handler handler, Opens opens = Opens::client);
  /// Serves UDP datagrams, all sockets by one thread.
  void serve_udp(const Endpoint& where, DatagramHandler handler);
  /// The same on a bound socket that is there already.
  void serve_udp(InheritedSocket socket, DatagramHandler handler);

  /// Creates every thread, then listens. Throws StartError and leaves nothing running when a thread cannot be created.
  void start();

  /// Stops accepting, lets running handlers finish and closes waiting connections, for at most `grace`; then cuts off
  /// what is left. Returns when all is done. A second call, from another thread, with a shorter grace shortens the
  /// first. Calling it from a handler deadlocks.
  StopReport stop(std::chrono::milliseconds grace);

  /// Takes timeouts, limits, access lists and rates for what comes after; the rest of `settings` is ignored: it needs a
  /// new Server, as do more connections than at the start. Throws std::invalid_argument and changes nothing when they
  /// cannot be used.
  void reconfigure(const ServerSettings& settings);

  /// What it has done so far. Any thread; the values are not from one instant.
  [[nodiscard]] Stats stats() const;
  /// Where it really listens (port 0 replaced), in the order of the serve_… calls, TCP before UDP.
  [[nodiscard]] std::vector<Endpoint> endpoints() const;

  /// start(), wait for one of `signals`, stop(timeouts.drain); a second signal stops at once. Returns 0. Blocks the
  /// signals in the calling thread, and so in the server's, and leaves them blocked: call it from main before creating
  /// other threads.
  int run_until_signal(std::initializer_list<int> signals);

 private:
  friend struct ServerInternals;  // the library's own tests, which make system calls fail
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// Runs one connection that is already there, on the calling thread and without a pool (inetd's `nowait`), under the
/// time limits of `settings`; gives the reason it ended for. nullopt: `settings.access` does not admit the peer, which
/// was reset. Closes the socket. Throws std::invalid_argument when the settings cannot be used.
ECHOPOOL_EXPORT std::optional<EndReason> run_connection(InheritedSocket connection, const Handler& handler,
                                                        const ServerSettings& settings = {},
                                                        Opens opens = Opens::client);

}  // namespace echopool
