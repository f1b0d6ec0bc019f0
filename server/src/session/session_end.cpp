#include "session/session_end.hpp"

#include "sockaddr.hpp"

#include <echopool/log.hpp>

#include <system_error>

namespace echopool {
namespace {

LogLevel level_of(EndReason reason) noexcept {
  return reason == EndReason::handler_error ? LogLevel::warning : LogLevel::info;
}

void log_end(const Connection& connection, const SessionEnd& end) noexcept {
  const LogLevel level = level_of(end.reason);
  if (!log_connections_enabled(level)) return;
  const auto age = connection.stream->calls().now() - connection.opened;
  const LogField id{"id", connection.id};
  const LogField peer{"peer", connection.peer};
  const LogField reason{"reason", to_string(end.reason)};
  const LogField rx{"rx", connection.received};
  const LogField tx{"tx", connection.sent};
  const LogField duration{"duration_ms", age};
  constexpr const char* event = "connection closed";
  if (end.stall)
    return log_event(level, event,
                     {id,
                      peer,
                      reason,
                      {"deadlock", end.stall->deadlock()},
                      {"unsent", end.stall->unsent},
                      {"unread", end.stall->unread},
                      rx,
                      tx,
                      duration});
  if (end.error != 0)
    return log_event(level, event,
                     {id, peer, reason, {"error", std::generic_category().message(end.error)}, rx, tx, duration});
  log_event(level, event, {id, peer, reason, rx, tx, duration});
}

}  // namespace

CloseMode close_mode(const SessionEnd& end) noexcept {
  if (end.cut_off || end.reason == EndReason::send_timeout) return CloseMode::reset;
  if (end.end_seen || end.reason == EndReason::reset) return CloseMode::at_once;
  return CloseMode::linger;
}

void conclude(std::unique_ptr<Connection> connection, const SessionEnd& end, Counters& counters) noexcept {
  counters.add_ended(end.reason);
  if (end.cut_off) counters.add(counters.cut_off);
  log_end(*connection, end);
}

void refuse(std::unique_ptr<Connection> connection, RefuseReason reason, Counters& counters) noexcept {
  counters.add_refused(reason);
  connection->stream->reset_on_close();
}

void announce(const Connection& connection) noexcept {
  if (!log_connections_enabled(LogLevel::debug)) return;
  log_event(LogLevel::debug, "connection opened",
            {{"id", connection.id}, {"peer", connection.peer}, {"local", local_endpoint(connection.stream->fd())}});
}

}  // namespace echopool
