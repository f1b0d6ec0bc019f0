#include "session/session_input.hpp"

#include "session/session_output.hpp"

#include <poll.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <cstring>
#include <stdexcept>

namespace echopool {
namespace {

/// What a stream on one machine brings between two reads is some 95 KB; more than this saves no more calls.
constexpr std::size_t buffer_for_streams = 128 * 1024;
/// Smaller reads take what is there into the buffer, so that a header and its body cost one recv(2); for larger ones
/// copying would cost more than the call it saves.
constexpr std::size_t read_ahead_below = 4096;
/// So much of a call's input is kept to be given back; a call that has read more waits on its worker.
constexpr std::size_t most_given_back = 1024 * 1024;
/// Input behind which a worker's buffer is handed over as a whole instead of being copied, when it is served soon.
constexpr std::size_t worth_handing_over = 4096;

}  // namespace

void SessionInput::bind(FirstByte first) {
  Connection& connection = *state_.connection;
  conversation_ = connection.handler != nullptr && connection.handler->is_conversation();
  state_.waits = first == FirstByte::may_wait || conversation_;
  state_.buffer.clear();  // a turn that ran out of memory has left the input of another connection
  end_seen_ = false;
  last_read_ = LastRead::none;
  need_ = {};
  seen_ = 0;
  asked_ = false;
  if (auto kept = std::move(connection.input)) {
    state_.buffer.take(std::move(kept->storage), kept->begin, kept->end);
    need_ = kept->need;
    seen_ = kept->seen;
    asked_ = kept->asked;
  }
  begin_message(false);
}

void SessionInput::unbind() {
  if (state_.buffer.empty()) {
    state_.buffer.clear();
    if (state_.buffer.capacity() > most_given_back) state_.buffer.grow(SessionState::buffer_size);
    return;
  }
  Connection& connection = *state_.connection;
  auto kept = std::make_unique<KeptInput>(state_.kept.input);
  if (connection.waits_for != WaitFor::rest && state_.buffer.size() >= worth_handing_over) {
    auto whole = state_.buffer.hand_out();
    kept->storage = std::move(whole.storage);
    kept->begin = whole.begin;
    kept->end = whole.end;
  } else {
    kept->storage = state_.buffer.copy_out();
    kept->end = kept->storage.size();
  }
  kept->need = need_;
  kept->seen = seen_;
  kept->asked = asked_;
  kept->charge.set(kept->storage.size());
  connection.input = std::move(kept);
}

void SessionInput::begin_message(bool can_restart) noexcept {
  message_began_.reset();
  in_message_ = has_buffered();
  consumed_ = false;
  if (can_restart)
    state_.buffer.set_mark();
  else
    state_.buffer.drop_mark();
}

void SessionInput::end_message(bool restarted) noexcept {
  if (restarted) {
    state_.buffer.give_back();
  } else {
    need_ = {};
    seen_ = 0;
    asked_ = false;
  }
  state_.buffer.drop_mark();
}

bool SessionInput::begin_read() noexcept {
  if (conversation_)
    begin_message(false);
  else if (state_.connection->opening)
    return false;
  return true;
}

bool SessionInput::need_is_met() const noexcept {
  if (state_.buffer.size() < need_.bytes) return false;
  if (!need_.line) return true;
  return state_.buffer.find_newline(need_.line_from) || state_.buffer.size() - need_.line_from > need_.line_limit + 1;
}

void SessionInput::need_more() noexcept {
  seen_ = state_.buffer.size();
  need_ = {.bytes = seen_ + 1};
  asked_ = true;
}

SessionState::Limit SessionInput::receive_limit() noexcept {
  const TimeoutSettings& limits = state_.settings->timeouts;
  if (!in_message_ && !limits.session) return {limits.idle, EndReason::idle_timeout};
  if (in_message_ && !limits.message && !limits.session) return {limits.receive, EndReason::receive_timeout};
  const TimePoint now = state_.calls().now();
  if (!in_message_) return state_.limit_of(WaitFor::message, now, now);
  // The clock starts with the second read of a message: until then nothing has waited, and most messages need one.
  if (!message_began_) message_began_ = now;
  return state_.limit_of(WaitFor::rest, *message_began_, now);
}

IoResult SessionInput::note(IoResult result, std::size_t asked) noexcept {
  switch (result.status) {
    case IoStatus::ok:
      state_.received += result.bytes;
      if (result.bytes == asked)
        last_read_ = LastRead::full;
      else
        last_read_ = state_.connection->stream->short_read_means_empty() ? LastRead::emptied : LastRead::partial;
      return result;
    case IoStatus::end:
      if (state_.aborting.stop_requested()) return state_.fail(result, EndReason::stopping);
      end_seen_ = true;
      return result;
    case IoStatus::would_block:
      last_read_ = LastRead::emptied;
      return result;
    case IoStatus::interrupted:
    case IoStatus::timed_out:
      return result;
    default:
      return state_.fail(result, EndReason::reset);
  }
}

bool SessionInput::can_restart() const noexcept { return state_.buffer.marked() && !output_.wrote_in_call(); }

IoResult SessionInput::receive(std::span<std::byte> into) noexcept {
  if (end_seen_ || state_.failure) return {0, end_seen_ ? IoStatus::end : IoStatus::reset, 0};
  if (!state_.waits) {
    const IoResult result = note(state_.connection->stream->try_receive(into), into.size());
    if (result.status != IoStatus::would_block) {
      if (result.ok()) in_message_ = consumed_ = true;
      return result;
    }
    if (can_restart()) return result;
    if (!output_.send_collected()) return {0, IoStatus::reset, 0};
  }
  return receive_waiting(into);
}

IoResult SessionInput::receive_waiting(std::span<std::byte> into) noexcept {
  for (;;) {
    const SessionState::Limit limit = receive_limit();
    if (limit.wait && *limit.wait <= std::chrono::milliseconds{0})
      return state_.fail({0, IoStatus::timed_out, 0}, limit.reason);
    const bool interruptible = state_.waits && !in_message_;
    if (interruptible && !begin_waiting()) return state_.fail({0, IoStatus::stopping, 0}, EndReason::stopping);
    const IoResult result = note(state_.connection->stream->receive(into, limit.wait), into.size());
    if (interruptible) end_waiting();
    if (result.status == IoStatus::interrupted) continue;
    if (result.status == IoStatus::timed_out) return state_.fail(result, limit.reason);
    if (result.ok()) in_message_ = consumed_ = true;
    return result;
  }
}

IoStatus SessionInput::look() {
  if (end_seen_) return IoStatus::end;
  if (state_.buffer.empty() && last_read_was_full() && state_.buffer.capacity() < buffer_for_streams)
    state_.buffer.grow(buffer_for_streams);
  const auto room = state_.buffer.room();
  const IoResult result = note(state_.connection->stream->try_receive(room), room.size());
  state_.buffer.add(result.bytes);
  return result.status;
}

IoStatus SessionInput::wait_for_more() {
  in_message_ = has_buffered();
  const auto room = state_.buffer.room();
  const IoResult result = receive_waiting(room);
  state_.buffer.add(result.bytes);
  return result.status;
}

IoStatus SessionInput::wait_for_first(std::chrono::milliseconds patience) noexcept {
  if (has_buffered()) return IoStatus::ok;
  const auto room = state_.buffer.room();  // it is empty, so that there is room
  const IoResult result = note(state_.connection->stream->receive(room, patience), room.size());
  state_.buffer.add(result.bytes);
  return result.status;
}

bool SessionInput::begin_waiting() noexcept {
  waiting_.store(true, std::memory_order_seq_cst);
  if (!state_.draining.load(std::memory_order_seq_cst)) return true;
  end_waiting();
  return false;
}

bool SessionInput::wait_input(int other) noexcept {
  const SessionState::Limit limit = receive_limit();
  SystemCalls& calls = state_.calls();
  const TimePoint start = calls.now();
  for (;;) {
    const bool no_wait = has_buffered() || end_seen_ || state_.failure;
    int timeout = no_wait ? 0 : -1;
    if (!no_wait && limit.wait) {
      const auto left = *limit.wait - std::chrono::duration_cast<std::chrono::milliseconds>(calls.now() - start);
      timeout = static_cast<int>(std::clamp<std::int64_t>(left.count(), 0, INT_MAX));
    }
    if (!no_wait && !begin_waiting()) {
      state_.fail({0, IoStatus::stopping, 0}, EndReason::stopping);
      return true;
    }
    std::array<pollfd, 2> ready{pollfd{.fd = other, .events = POLLIN, .revents = 0},
                                pollfd{.fd = state_.connection->stream->fd(), .events = POLLIN, .revents = 0}};
    const int count = calls.poll(ready.data(), ready.size(), timeout);
    end_waiting();
    if (count < 0 && errno == EINTR) continue;
    if (ready[0].revents != 0) return false;
    if (count == 0 && !no_wait) state_.fail({0, IoStatus::timed_out, 0}, limit.reason);
    return true;
  }
}

bool SessionInput::input_ready() noexcept {
  if (has_buffered()) return true;
  Stream& stream = *state_.connection->stream;
  return !end_seen_ && !state_.failure && (stream.has_pending() || stream.unread() > 0);
}

IoResult SessionInput::fill() {
  if (state_.buffer.marked() && state_.buffer.consumed_since_mark() > most_given_back) state_.buffer.drop_mark();
  const auto room = state_.buffer.room();
  const IoResult result = receive(room);
  state_.buffer.add(result.bytes);
  return result;
}

void SessionInput::restart(const InputNeed& need) {
  need_ = need;
  state_.restarting = true;
  throw Restart{};
}

IoResult SessionInput::take(std::span<std::byte> into) {
  if (into.empty()) return {};
  if (!has_buffered()) {
    if (state_.waits && into.size() >= read_ahead_below) return receive(into);
    const IoResult result = fill();
    if (result.status == IoStatus::would_block) restart({.bytes = state_.buffer.consumed_since_mark() + 1});
    if (!result.ok()) return result;
  }
  const auto found = state_.buffer.unread().first(std::min(into.size(), state_.buffer.size()));
  std::memcpy(into.data(), found.data(), found.size());
  state_.buffer.consume(found.size());
  consumed_ = true;
  return {found.size(), IoStatus::ok, 0};
}

IoResult SessionInput::try_take(std::span<std::byte> into) noexcept {
  state_.buffer.drop_mark();
  return take(into);
}

IoResult SessionInput::take(std::span<const std::byte>& found) {
  if (!has_buffered()) {
    if (state_.waits && last_read_was_full() && state_.buffer.capacity() < buffer_for_streams)
      state_.buffer.grow(buffer_for_streams);
    const IoResult result = fill();
    if (result.status == IoStatus::would_block) restart({.bytes = state_.buffer.consumed_since_mark() + 1});
    if (!result.ok()) return result;
  }
  found = state_.buffer.unread();
  state_.buffer.consume(found.size());
  consumed_ = true;
  return {found.size(), IoStatus::ok, 0};
}

bool SessionInput::read_exact(std::span<std::byte> into) {
  for (std::size_t have = 0; have < into.size();) {
    // Here and not in take(): the call is worth restarting only when all of it can be read.
    if (!has_buffered() && state_.buffer.consumed_since_mark() + into.size() - have > most_given_back)
      state_.buffer.drop_mark();
    if (!has_buffered() && state_.buffer.marked()) {
      const IoResult result = fill();
      if (result.status == IoStatus::would_block)
        restart({.bytes = state_.buffer.consumed_since_mark() + into.size() - have});
    }
    const IoResult result = take(into.subspan(have));
    have += result.bytes;
    if (result.ok()) continue;
    if (have == 0 && is_clean_end(result)) return false;
    if (result.status == IoStatus::end)
      state_.raise(IoErrorKind::truncated,
                   "the peer finished after " + std::to_string(have) + " of " + std::to_string(into.size()) + " bytes");
    state_.raise(result, "a block could not be read");
  }
  return true;
}

std::optional<std::string_view> SessionInput::read_line(std::size_t limit) {
  for (std::size_t searched = 0;;) {
    if (const auto newline = state_.buffer.find_newline(searched)) {
      const auto* text = reinterpret_cast<const char*>(state_.buffer.unread().data());
      std::size_t length = *newline;
      state_.buffer.consume(length + 1);
      consumed_ = true;
      if (length > 0 && text[length - 1] == '\r') --length;
      if (length > limit) break;
      return std::string_view{text, length};
    }
    searched = state_.buffer.size();
    if (searched > limit + 1) break;  // a carriage return may still be the one that is not counted
    const IoResult result = fill();
    if (result.ok()) continue;
    if (result.status == IoStatus::would_block)
      restart({.bytes = 1, .line = true, .line_from = state_.buffer.consumed_since_mark(), .line_limit = limit});
    if (searched == 0 && is_clean_end(result)) return std::nullopt;
    if (result.status == IoStatus::end)
      state_.raise(IoErrorKind::truncated, "the peer finished in the middle of a line");
    state_.raise(result, "a line could not be read");
  }
  state_.fail({}, EndReason::message_too_long);
  state_.raise(IoErrorKind::message_too_long, "a line is longer than " + std::to_string(limit) + " bytes");
}

std::span<const std::byte> SessionInput::buffered() {
  if (!has_buffered() && !consumed_) {
    if (const IoResult result = state_.waits ? fill() : IoResult{0, look(), 0}; result.status == IoStatus::reset)
      state_.raise(result, "nothing could be read");
  }
  return state_.buffer.unread();
}

void SessionInput::consume(std::size_t bytes) {
  if (bytes > state_.buffer.size())
    throw std::logic_error{"Session::consume(" + std::to_string(bytes) + "): only " +
                           std::to_string(state_.buffer.size()) + " bytes are buffered"};
  state_.buffer.consume(bytes);
  if (bytes > 0) consumed_ = true;
}

bool SessionInput::is_clean_end(const IoResult& result) const noexcept {
  if (result.status == IoStatus::end) return true;
  if (!state_.failure || consumed_) return false;
  return state_.failure->reason == EndReason::idle_timeout ||
         (state_.failure->reason == EndReason::stopping && !state_.aborting.stop_requested());
}

}  // namespace echopool
