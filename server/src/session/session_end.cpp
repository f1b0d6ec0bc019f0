#include "session/session_end.hpp"

#include "session/connection.hpp"
#include "sockaddr.hpp"

#include <echopool/log.hpp>

#include <system_error>

namespace echopool {
namespace {

void log_end(const Connection& connection, const SessionEnd& end) noexcept {
  const LogLevel level = row_of(end.reason).level;
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
                      {"kept", end.stall->kept},
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
  if (end.cut_off) return CloseMode::reset;
  const CloseMode mode = row_of(end.reason).close;
  return mode == CloseMode::linger && end.end_seen ? CloseMode::at_once : mode;
}

Stall diagnose_stall(const Connection& connection, std::size_t buffered) noexcept {
  const std::size_t input = connection.input ? connection.input->size() : 0;
  const std::size_t kept = connection.output ? connection.output->rest().size() : 0;
  return {connection.stream->unsent(), connection.stream->unread() + input + buffered, kept};
}

void conclude(std::unique_ptr<Connection> connection, const SessionEnd& end, Counters& counters) noexcept {
  counters.add_ended(end.reason);
  if (end.cut_off) counters.add(counters.cut_off);
  log_end(*connection, end);
}

void announce(const Connection& connection) noexcept {
  if (!log_connections_enabled(LogLevel::debug)) return;
  log_event(LogLevel::debug, "connection opened",
            {{"id", connection.id}, {"peer", connection.peer}, {"local", local_endpoint(connection.stream->fd())}});
}

}  // namespace echopool
