#include "session/session_runner.hpp"

#include <echopool/log.hpp>

#include <sys/socket.h>

#include <new>
#include <stop_token>

namespace echopool {
namespace {

constexpr std::uint32_t most_empty_turns = 16;

SessionEnd ended(const SessionIo& io, EndReason reason) {
  SessionEnd end{.reason = reason, .end_seen = io.end_seen() && !io.has_buffered(), .cut_off = io.aborting()};
  if (const auto& failure = io.failure()) {
    end.reason = failure->reason;
    end.error = failure->error;
    end.stall = failure->stall;
  }
  return end;
}

}  // namespace

std::optional<SessionEnd> SessionRunner::turn(Connection& connection, Worker& worker, Input input) try {
  SessionIo& io = worker.io;
  io.bind(connection, worker.settings.get().timeouts, input == Input::awaited);
  std::optional<SessionEnd> end;
  {
    // Exists only around the turn and is gone before anybody can close the descriptor.
    const std::stop_callback cut_off{worker.cut_off_token(), [&connection]() noexcept {
                                       connection.stream->calls().shutdown(connection.stream->fd(), SHUT_RDWR);
                                     }};
    end = converse(connection, io, input);
  }
  counters_.add(counters_.received_bytes, io.turn_received());
  counters_.add(counters_.sent_bytes, io.turn_sent());
  io.unbind();
  return end;
} catch (const std::bad_alloc&) {  // for input that has to be kept; what a handler throws never comes here
  log_exception(LogLevel::error, "handler failed", {{"id", connection.id}, {"peer", connection.peer}});
  return SessionEnd{.reason = EndReason::handler_error};
}

std::optional<SessionEnd> SessionRunner::converse(Connection& connection, SessionIo& io, Input input) {
  if (connection.opening) {
    auto end = step(connection, io);
    connection.opening = false;
    return end;
  }
  if (input == Input::expected && !io.await_input(patience)) {
    if (io.failure()) return ended(io, EndReason::reset);
    return std::nullopt;
  }
  for (int calls = 0; calls < calls_per_turn && io.turn_bytes() < bytes_per_turn; ++calls) {
    if (auto end = step(connection, io)) return end;
    if (io.consumed_input()) {
      connection.empty_turns = 0;
    } else if (++connection.empty_turns == most_empty_turns) {
      log_event(LogLevel::warning, "handler failed",
                {{"id", connection.id}, {"what", "it was called again and again and left its input unread"}});
      return ended(io, EndReason::handler_error);
    }
    if (input == Input::awaited || io.has_buffered()) continue;
    const bool more = io.last_read_was_full() && connection.stream->unread() > 0;
    if (!more) return std::nullopt;
  }
  return std::nullopt;
}

std::optional<SessionEnd> SessionRunner::step(Connection& connection, SessionIo& io) {
  SessionEnd end;
  io.begin_message();
  const std::optional<Next> next = call(connection, io, end);
  if (!next) return end;
  if (io.failure()) return ended(io, EndReason::reset);
  if (*next == Next::close) return ended(io, io.end_seen() ? EndReason::peer_closed : EndReason::handler_closed);
  if (io.end_seen() && !io.has_buffered()) return ended(io, EndReason::peer_closed);
  if (draining_.load(std::memory_order_relaxed)) return ended(io, EndReason::stopping);
  return std::nullopt;
}

std::optional<Next> SessionRunner::call(Connection& connection, SessionIo& io, SessionEnd& end) {
  Session session = io.session();
  try {
    if (Handler::Call* shared = connection.handler->shared()) return (*shared)(session);
    if (!connection.own_handler) connection.own_handler = connection.handler->make();
    return (*connection.own_handler)(session);
  } catch (const IoError& error) {
    end = ended(io, error.kind() == IoErrorKind::truncated ? EndReason::peer_closed : EndReason::handler_error);
    if (end.reason == EndReason::handler_error)
      log_exception(LogLevel::warning, "handler failed", {{"id", connection.id}, {"peer", connection.peer}});
  } catch (...) {
    end = ended(io, EndReason::handler_error);
    end.reason = EndReason::handler_error;
    log_exception(LogLevel::error, "handler failed", {{"id", connection.id}, {"peer", connection.peer}});
  }
  return std::nullopt;
}

}  // namespace echopool
