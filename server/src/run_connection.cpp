#include "accept/acceptor.hpp"
#include "accept/refusal_log.hpp"
#include "close/reaper.hpp"
#include "kernel/tcp_stream.hpp"
#include "limits/access_list.hpp"
#include "session/session_runner.hpp"
#include "sockaddr.hpp"

#include <echopool/server.hpp>

#include <stdexcept>

namespace echopool {

std::optional<EndReason> run_connection(InheritedSocket connection, const Handler& handler,
                                        const ServerSettings& settings, Opens opens) {
  SystemCalls& calls = SystemCalls::real();
  UniqueFd fd{connection.fd};
  if (const auto wrong = settings.validate(); !wrong.empty()) throw std::invalid_argument{wrong.front()};

  const Endpoint peer = peer_endpoint(fd.get());
  if (!AccessList{settings.access}.admits(peer)) {
    RefusalLog{}.note(RefuseReason::access, peer, calls.now());
    TcpStream{std::move(fd), {}, calls}.reset_on_close();
    return std::nullopt;
  }

  const LiveSettings live{settings};
  const std::atomic<bool> draining{false};
  Counters counters;
  Seats seats{1};
  SessionRunner runner{counters, draining};
  KeptBytes kept;
  Worker worker{live, draining, kept};
  apply_connection_options(fd.get(), Acceptor::options(settings), calls);
  auto session = std::make_unique<Connection>(
      Connection{.ticket = *seats.try_take(),
                 .stream = std::make_unique<TcpStream>(
                     std::move(fd), ArmedTimeouts{settings.timeouts.receive, settings.timeouts.send}, calls),
                 .peer = peer,
                 .handler = &handler,
                 .id = 1,
                 .opened = calls.now(),
                 .opening = opens == Opens::server});
  announce(*session);
  std::optional<SessionEnd> end;
  while (!end) end = runner.turn(*session, worker, Input::awaited);

  // A reaper of its own, for the lingering close; it ends with this function.
  Reaper reaper{counters, calls, settings.timeouts.linger};
  reaper.start({});
  reaper.close(std::move(session), *end);
  static_cast<void>(seats.wait_until_empty(std::chrono::steady_clock::time_point::max()));
  return end->reason;
}

}  // namespace echopool
