#include "session/session_runner.hpp"

#include <echopool/log.hpp>

#include <sys/socket.h>

#include <new>
#include <stop_token>
#include <utility>

namespace echopool {
namespace {

constexpr std::uint32_t most_empty_turns = 16;

SessionEnd ended(const SessionIo& io, EndReason reason) {
  SessionEnd end{
      .reason = reason, .end_seen = io.input().end_seen() && !io.input().has_buffered(), .cut_off = io.aborting()};
  if (const auto& failure = io.failure()) {
    end.reason = failure->reason;
    end.error = failure->error;
    end.stall = failure->stall;
  }
  return end;
}

/// What an IoError means that no failed read or write has left: one that the handler has thrown itself, for example.
EndReason reason_of(IoErrorKind kind) noexcept {
  if (kind == IoErrorKind::truncated) return EndReason::peer_closed;
  return kind == IoErrorKind::message_too_long ? EndReason::message_too_long : EndReason::handler_error;
}

/// The clock of a message runs from when its beginning was kept, however often it is looked at.
void wait_for_more(Connection& connection, WaitFor what) noexcept {
  if (!waits_for_more(connection.waits_for)) connection.message_began = connection.stream->calls().now();
  connection.waits_for = what;
}

/// Whether a turn must make way for other connections. The clock is read from the second call on: most turns have one.
class TurnLength {
 public:
  explicit TurnLength(SystemCalls& system) noexcept : system_{system} {}
  [[nodiscard]] bool is_over(std::size_t bytes) noexcept {
    if (++calls_ >= SessionRunner::calls_per_turn || bytes >= SessionRunner::bytes_per_turn) return true;
    if (calls_ == 1) return false;
    const TimePoint now = system_.now();
    if (calls_ == 2) began_ = now;
    return now - began_ > SessionRunner::patience;
  }

 private:
  SystemCalls& system_;
  int calls_ = 0;
  TimePoint began_;
};

}  // namespace

std::optional<SessionEnd> SessionRunner::turn(Connection& connection, Worker& worker, Input input) try {
  SessionIo& io = worker.io;
  io.bind(connection, worker.settings.get(), input == Input::awaited ? FirstByte::may_wait : FirstByte::is_there);
  std::optional<SessionEnd> end;
  {
    // Exists only around the turn and is gone before the descriptor can be closed.
    const std::stop_callback cut_off{worker.cut_off_token(), [&connection]() noexcept {
                                       connection.stream->calls().shutdown(connection.stream->fd(), SHUT_RDWR);
                                     }};
    if (connection.output) end = flush(connection, io);
    if (!end && !connection.output) {
      end = converse(connection, io, input);
      // Answers that were collected leave also when the connection ends.
      if (!io.output().send_collected()) end = ended(io, EndReason::reset);
    }
  }
  if (connection.output && !(end && close_mode(*end) == CloseMode::reset)) {
    if (end) connection.output->ending = std::exchange(end, std::nullopt);
    connection.waits_for = WaitFor::room;
  }
  counters_.add(counters_.received_bytes, io.turn_received());
  counters_.add(counters_.sent_bytes, io.turn_sent());
  io.unbind();
  return end;
} catch (const std::bad_alloc&) {  // for input that has to be kept; what a handler throws never comes here
  log_exception(LogLevel::error, "handler failed", {{"id", connection.id}, {"peer", connection.peer}});
  return SessionEnd{.reason = EndReason::handler_error};
}

std::optional<SessionEnd> SessionRunner::flush(Connection& connection, SessionIo& io) {
  auto ending = connection.output->ending;
  if (io.output().flush_kept()) {
    if (!ending && stop_.draining()) return ended(io, EndReason::stopping);
    return ending;
  }
  if (io.failure()) return ended(io, EndReason::reset);
  return std::nullopt;
}

std::optional<SessionEnd> SessionRunner::converse(Connection& connection, SessionIo& io, Input input) {
  Then then = Then::go_on;
  if (connection.opening) {
    auto end = step(connection, io, then);
    connection.opening = false;
    if (!io.input().has_buffered() && connection.waits_for != WaitFor::turn) connection.waits_for = WaitFor::message;
    return end;
  }
  TurnLength length{connection.stream->calls()};
  do {
    if (find_input(connection, io, input) == Then::stop) {
      if (io.failure()) return ended(io, EndReason::reset);
      // A message whose rest will never come is dropped, never served.
      if (io.input().end_seen()) return ended(io, EndReason::peer_closed);
      return std::nullopt;
    }
    if (auto end = step(connection, io, then)) return end;
    if (connection.output || then == Then::stop) return std::nullopt;
    if (input == Input::expected) input = Input::ready;
  } while (!length.is_over(io.turn_bytes()));
  // Others wait as well: the connection goes to the tail.
  if (!io.input().has_buffered())
    connection.waits_for = WaitFor::message;
  else if (then == Then::go_on)
    connection.waits_for = WaitFor::turn;
  else
    wait_for_more(connection, WaitFor::rest);
  return std::nullopt;
}

SessionRunner::Then SessionRunner::find_input(Connection& connection, SessionIo& io, Input input) {
  SessionInput& in = io.input();
  if (io.waits()) {  // its reads wait, and so does the rest of a message that its handler said is incomplete
    while (in.has_buffered() && !in.need_is_met())
      if (in.wait_for_more() != IoStatus::ok) return in.handler_asked_for_more() ? Then::stop : Then::go_on;
    return Then::go_on;
  }
  const bool peer_is_gone = connection.waits_for == WaitFor::share;  // nothing else makes it ready
  while (!in.need_is_met()) {
    if (in.has_buffered() && !peer_is_gone && in.must_wait_for_share()) {
      wait_for_more(connection, WaitFor::share);
      return Then::stop;
    }
    IoStatus found = IoStatus::would_block;
    if (input == Input::expected && !in.has_buffered())
      found = in.wait_for_first(patience);
    else if (!in.kernel_was_empty())
      found = in.look();
    input = Input::ready;
    switch (found) {
      case IoStatus::ok:
        continue;
      case IoStatus::end:
        // A handler sees the end of its input, unless it has already said that what it has seen is not a message.
        return in.handler_asked_for_more() && in.has_buffered() ? Then::stop : Then::go_on;
      case IoStatus::would_block:
      case IoStatus::timed_out:
      case IoStatus::interrupted:
        if (in.has_buffered())
          wait_for_more(connection, WaitFor::rest);
        else
          connection.waits_for = WaitFor::message;
        return Then::stop;
      default:
        return Then::stop;
    }
  }
  return Then::go_on;
}

std::optional<SessionEnd> SessionRunner::step(Connection& connection, SessionIo& io, Then& then) {
  SessionEnd end;
  Session& session = io.begin_call(connection.handler->can_unwind() && !connection.reads_wait);
  const std::optional<Next> next = call(connection, session, io, end);
  const bool consumed = io.input().consumed_input();
  if (io.end_call()) {
    if (io.failure()) return ended(io, EndReason::reset);
    then = Then::look;
    return std::nullopt;
  }
  if (!next) return end;
  if (io.failure()) return ended(io, EndReason::reset);
  if (*next != Next::incomplete) connection.waits_for = WaitFor::message;  // the message it waited for is done
  if (*next == Next::close)
    return ended(io, io.input().end_seen() ? EndReason::peer_closed : EndReason::handler_closed);
  if (io.input().end_seen() && !io.input().has_buffered()) return ended(io, EndReason::peer_closed);
  if (stop_.draining() && *next != Next::incomplete) return ended(io, EndReason::stopping);
  switch (*next) {
    case Next::incomplete:
      io.input().need_more();
      then = Then::look;
      connection.empty_turns = 0;
      return std::nullopt;
    case Next::yield:
      connection.waits_for = WaitFor::turn;
      connection.empty_turns = 0;
      then = Then::stop;
      return std::nullopt;
    default:
      break;
  }
  then = Then::go_on;
  if (consumed || connection.opening) {
    connection.empty_turns = 0;
  } else if (++connection.empty_turns == most_empty_turns) {
    log_event(LogLevel::warning, "handler failed",
              {{"id", connection.id},
               {"peer", connection.peer},
               {"what", "it was called again and again and left its input unread"}});
    return ended(io, EndReason::handler_error);
  }
  return std::nullopt;
}

std::optional<Next> SessionRunner::call(Connection& connection, Session& session, SessionIo& io, SessionEnd& end) {
  try {
    if (Handler::Call* shared = connection.handler->shared()) return (*shared)(session);
    if (!connection.own_handler) connection.own_handler = connection.handler->make();
    return (*connection.own_handler)(session);
  } catch (const Restart&) {
    return std::nullopt;
  } catch (const IoError& error) {
    if (io.restarting()) return std::nullopt;
    end = ended(io, reason_of(error.kind()));
    if (end.reason == EndReason::handler_error)
      log_exception(LogLevel::warning, "handler failed", {{"id", connection.id}, {"peer", connection.peer}});
  } catch (...) {
    if (io.restarting()) return std::nullopt;
    end = ended(io, EndReason::handler_error);
    end.reason = EndReason::handler_error;
    log_exception(LogLevel::error, "handler failed", {{"id", connection.id}, {"peer", connection.peer}});
  }
  return std::nullopt;
}

}  // namespace echopool
