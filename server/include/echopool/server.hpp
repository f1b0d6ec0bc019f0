// A thread-pool server of blocking sockets: give it a handler, start it, stop it.
// Installed. serve_… and start() belong to the thread that makes the server; the rest may be called from any, but
// stop() not from a handler. None may be called from a signal handler (signal-safety(7)).
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
#include <csignal>
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

/// A socket that another process opened (systemd's LISTEN_FDS, inetd). The Server takes it over and closes it.
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
  /// bound here and listens from start() on. Throws StartError: address in use, not ours, not permitted; throws
  /// std::logic_error after start().
  void serve_tcp(const Endpoint& where, Handler handler, ServiceSettings service = {});
  /// The same on a listening TCP socket that is there already. Throws StartError if it is none.
  void serve_tcp(InheritedSocket listener, Handler handler, ServiceSettings service = {});
  /// Serves UDP datagrams, all sockets by one thread. `where` and errors as for serve_tcp().
  void serve_udp(const Endpoint& where, DatagramHandler handler);
  /// The same on a bound UDP socket that is there already. Throws StartError if it is none.
  void serve_udp(InheritedSocket socket, DatagramHandler handler);

  /// Creates every thread, then listens. The threads block all signals, but those for a fault of their own and SIGPROF.
  /// Throws StartError and leaves nothing running when a thread cannot be created or a port cannot be listened on. A
  /// Server starts once: throws std::logic_error if it runs, was stopped, or its start has failed before.
  void start();

  /// Returns when request_stop() or stop() has been called, also if that was before. Stops nothing itself.
  void wait() const;

  /// Asks for the end, as a signal does: no connection is accepted from now on, and wait() and run_until_signal()
  /// return from waiting; what they, or a call of stop(), do then is the real stop. Open connections are served until
  /// then. Does not wait, so a handler may call it.
  void request_stop();

  /// Stops accepting, lets running handlers finish and closes waiting connections, for at most `grace`; then cuts off
  /// what is left. Returns when all is done, a start() that is under way included. A second call, from another thread,
  /// with a shorter grace shortens the first. A datagram handler is waited for as long as it runs: it must not hang.
  /// Throws std::logic_error if a handler of this server calls it: it would wait for itself; see request_stop().
  StopReport stop(std::chrono::milliseconds grace);

  /// Takes timeouts, limits, access lists and rates for what comes after; the rest of `settings` is ignored: it needs a
  /// new Server, as do more connections than at the start. Any thread; of two calls at a time, one comes after the
  /// other. Throws std::invalid_argument and changes nothing when they cannot be used.
  void reconfigure(const ServerSettings& settings);

  /// What it has done so far. Any thread; the values are not from one instant.
  [[nodiscard]] Stats stats() const;
  /// Where it really listens (port 0 replaced), in the order of the serve_… calls, TCP before UDP.
  [[nodiscard]] std::vector<Endpoint> endpoints() const;

  /// As the function run_until_signal(), for this server alone.
  int run_until_signal(std::initializer_list<int> signals = {SIGINT, SIGTERM});

 private:
  friend struct ServerInternals;  // the library's own tests, which make system calls fail
  friend struct ServerAccess;     // run_until_signal()
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// Starts those of `servers` that are not started yet, waits for one of `signals`, or for request_stop() or stop() of
/// one of them, and stops them all at the same time, each with its own timeouts.drain; a second signal stops them at
/// once. Returns 0. Throws what start() throws, and then leaves none running that it has started.
///
///     return echopool::run_until_signal({echo, statistics});
///
/// Blocks the signals in the calling thread and leaves them blocked; a program with other threads has to block them
/// there, before it creates them (pthread_sigmask(3)).
ECHOPOOL_EXPORT int run_until_signal(std::initializer_list<std::reference_wrapper<Server>> servers,
                                     std::initializer_list<int> signals = {SIGINT, SIGTERM});

/// Runs one connection that is already there, on the calling thread and without a pool (inetd's `nowait`), under the
/// time limits of `settings`. Returns the reason it ended for; nullopt: `settings.access` does not admit the peer,
/// which was reset. Closes the socket. Throws std::invalid_argument when the settings cannot be used.
ECHOPOOL_EXPORT std::optional<EndReason> run_connection(InheritedSocket socket, const Handler& handler,
                                                        const ServerSettings& settings = {},
                                                        ServiceSettings service = {});

}  // namespace echopool
