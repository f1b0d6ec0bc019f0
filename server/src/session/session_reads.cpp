// What a handler's reads do; how input comes is in session_input.cpp.
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

/// Smaller reads take what is there into the buffer, so that a header and its body cost one recv(2); for larger ones
/// copying would cost more than the call it saves.
constexpr std::size_t read_ahead_below = 4096;

}  // namespace

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
