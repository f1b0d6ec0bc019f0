#include "accept/tcp_listener.hpp"
#include "close/closer.hpp"
#include "kernel/tcp_stream.hpp"
#include "limits/access_list.hpp"
#include "limits/seats.hpp"
#include "refuse/refusals.hpp"
#include "session/session_runner.hpp"
#include "sockaddr.hpp"

#include <echopool/server.hpp>

#include <fcntl.h>

#include <stdexcept>

namespace echopool {
namespace {

/// Time limits are SO_RCVTIMEO and SO_SNDTIMEO, and those count only for calls that wait (socket(7)).
void make_blocking(int fd) noexcept {
  const int flags = ::fcntl(fd, F_GETFL);
  if (flags >= 0 && (flags & O_NONBLOCK) != 0) ::fcntl(fd, F_SETFL, flags & ~O_NONBLOCK);
}

}  // namespace

std::optional<EndReason> run_connection(InheritedSocket socket, const Handler& handler, const ServerSettings& settings,
                                        ServiceSettings service) {
  SystemCalls& calls = SystemCalls::real();
  UniqueFd fd{socket.fd};
  if (const auto wrong = settings.validate(); !wrong.empty()) throw std::invalid_argument{wrong.front()};

  const Endpoint peer = peer_endpoint(fd.get());
  Counters counters;
  auto stream = std::make_unique<TcpStream>(std::move(fd),
                                            ArmedTimeouts{settings.timeouts.receive, settings.timeouts.send}, calls);
  if (!AccessList{settings.access}.admits(peer)) {
    Refusals{counters, calls}.refuse(*stream, peer, RefuseReason::access);
    return std::nullopt;
  }

  const LiveSettings live{settings};
  StopState stop;
  Seats seats{1};
  SessionRunner runner{counters, stop};
  SessionTotals kept;
  Worker worker{live, stop, kept};
  make_blocking(stream->fd());
  apply_connection_options(stream->fd(), listen_options(settings), calls);
  auto connection = std::make_unique<Connection>(Connection{.ticket = *seats.try_take(),
                                                            .stream = std::move(stream),
                                                            .peer = peer,
                                                            .handler = &handler,
                                                            .id = 1,
                                                            .opened = calls.now(),
                                                            .opening = service.opens == Opens::server});
  announce(*connection);
  std::optional<SessionEnd> end;
  while (!end) end = runner.turn(*connection, worker, Input::awaited);

  // For the lingering close; it ends with this function.
  Housekeeper housekeeper{calls};
  Closer closer{counters, stop, calls, housekeeper, settings.timeouts.linger};
  housekeeper.start({{.work = [&closer](TimePoint now) { return closer.run(now); }, .fd = closer.fd()}});
  closer.close(std::move(connection), *end);
  static_cast<void>(seats.wait_until_empty(std::chrono::steady_clock::time_point::max()));
  housekeeper.stop();  // its thread may still be in the closer
  return end->reason;
}

}  // namespace echopool
