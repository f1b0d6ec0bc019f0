#include "session/session_io.hpp"

#include "sockaddr.hpp"

#include <poll.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <cstring>
#include <new>
#include <system_error>

namespace echopool {
namespace {

constexpr std::size_t buffer_size = 64 * 1024;
/// What a stream on one machine brings between two reads is some 95 KB; more than this saves no more calls.
constexpr std::size_t buffer_for_streams = 128 * 1024;
/// Smaller reads take what is there into the buffer, so that a header and its body cost one recv(2); for larger ones
/// copying would cost more than the call it saves.
constexpr std::size_t read_ahead_below = 4096;

IoErrorKind kind_of(EndReason reason, int error) noexcept {
  switch (reason) {
    case EndReason::receive_timeout:
    case EndReason::idle_timeout:
      return IoErrorKind::receive_timeout;
    case EndReason::message_timeout:
      return IoErrorKind::message_timeout;
    case EndReason::send_timeout:
      return IoErrorKind::send_timeout;
    case EndReason::session_limit:
      return IoErrorKind::session_limit;
    case EndReason::stopping:
      return IoErrorKind::stopping;
    default:
      return error == ECONNRESET || error == EPIPE || error == 0 ? IoErrorKind::reset : IoErrorKind::system;
  }
}

}  // namespace

// The buffer is written to here, so that its pages are there before the first connection needs them.
SessionIo::SessionIo(const std::atomic<bool>& draining, std::stop_token aborting)
    : draining_{draining}, aborting_{std::move(aborting)}, buffer_(buffer_size) {}

void SessionIo::bind(Connection& connection, const TimeoutSettings& limits, bool waits) {
  connection_ = &connection;
  limits_ = &limits;
  conversation_ = connection.handler != nullptr && connection.handler->is_conversation();
  waits_ = waits || conversation_;
  begin_ = 0;
  end_ = connection.leftover.size();
  if (end_ != 0) {
    if (buffer_.size() < end_) buffer_.resize(end_);
    std::memcpy(buffer_.data(), connection.leftover.data(), end_);
    connection.leftover = {};
  }
  failure_.reset();
  turn_received_ = turn_sent_ = 0;
  end_seen_ = false;
  last_read_ = LastRead::none;
  begin_message();
}

void SessionIo::unbind() {
  connection_->received += turn_received_;
  connection_->sent += turn_sent_;
  if (has_buffered())
    connection_->leftover.assign(buffer_.begin() + static_cast<std::ptrdiff_t>(begin_),
                                 buffer_.begin() + static_cast<std::ptrdiff_t>(end_));
  begin_ = end_ = 0;
  connection_ = nullptr;
}

void SessionIo::begin_message() noexcept {
  message_clock_.reset();
  in_message_ = has_buffered();
  consumed_ = false;
}

bool SessionIo::begin_read() noexcept {
  if (conversation_)
    begin_message();
  else if (connection_->opening)
    return false;
  return true;
}

SessionIo::Limit SessionIo::shorter(Limit limit, Timeout whole, TimePoint since, EndReason reason) noexcept {
  if (!whole) return limit;
  const auto rest = *whole - std::chrono::duration_cast<std::chrono::milliseconds>(calls().now() - since);
  return limit.wait && *limit.wait <= rest ? limit : Limit{rest, reason};
}

SessionIo::Limit SessionIo::receive_limit() noexcept {
  Limit limit{limits_->receive, EndReason::receive_timeout};
  if (!in_message_) {
    limit = {limits_->idle, EndReason::idle_timeout};
  } else if (limits_->message) {
    // The clock starts with the second read of a message: until then nobody has waited, and most messages need one.
    if (!message_clock_) message_clock_ = calls().now();
    limit = shorter(limit, limits_->message, *message_clock_, EndReason::message_timeout);
  }
  return shorter(limit, limits_->session, connection_->opened, EndReason::session_limit);
}

IoResult SessionIo::fail(IoResult result, EndReason reason) noexcept {
  if (aborting_.stop_requested()) {
    result.status = IoStatus::stopping;
    reason = EndReason::stopping;
  }
  if (!failure_) failure_ = Failure{reason, result.error, std::nullopt};
  return result;
}

IoResult SessionIo::receive(std::span<std::byte> into) noexcept {
  if (end_seen_ || failure_) return {0, end_seen_ ? IoStatus::end : IoStatus::reset, 0};
  for (;;) {
    const Limit limit = receive_limit();
    if (limit.wait && *limit.wait <= std::chrono::milliseconds{0})
      return fail({0, IoStatus::timed_out, 0}, limit.reason);
    const bool interruptible = waits_ && !in_message_;
    if (interruptible && !begin_waiting()) return fail({0, IoStatus::stopping, 0}, EndReason::stopping);
    const IoResult result = connection_->stream->receive(into, limit.wait);
    if (interruptible) end_waiting();
    switch (result.status) {
      case IoStatus::ok:
        note_read(result.bytes, into.size());
        in_message_ = consumed_ = true;
        return result;
      case IoStatus::interrupted:
        continue;
      case IoStatus::end:
        if (aborting_.stop_requested()) return fail(result, EndReason::stopping);
        end_seen_ = true;
        return result;
      case IoStatus::timed_out:
        return fail(result, limit.reason);
      default:
        return fail(result, EndReason::reset);
    }
  }
}

void SessionIo::note_read(std::size_t got, std::size_t asked) noexcept {
  turn_received_ += got;
  last_read_ = got == asked ? LastRead::full : LastRead::partial;
}

bool SessionIo::begin_waiting() noexcept {
  waiting_.store(true, std::memory_order_seq_cst);
  if (!draining_.load(std::memory_order_seq_cst)) return true;
  end_waiting();
  return false;
}

bool SessionIo::wait_input(int other) noexcept {
  const Limit limit = receive_limit();
  const TimePoint start = calls().now();
  for (;;) {
    const bool no_wait = has_buffered() || end_seen_ || failure_;
    int timeout = no_wait ? 0 : -1;
    if (!no_wait && limit.wait) {
      const auto left = *limit.wait - std::chrono::duration_cast<std::chrono::milliseconds>(calls().now() - start);
      timeout = static_cast<int>(std::clamp<std::int64_t>(left.count(), 0, INT_MAX));
    }
    if (!no_wait && !begin_waiting()) {
      fail({0, IoStatus::stopping, 0}, EndReason::stopping);
      return true;
    }
    std::array<pollfd, 2> ready{pollfd{.fd = other, .events = POLLIN, .revents = 0},
                                pollfd{.fd = connection_->stream->fd(), .events = POLLIN, .revents = 0}};
    const int count = calls().poll(ready.data(), ready.size(), timeout);
    end_waiting();
    if (count < 0 && errno == EINTR) continue;
    if (ready[0].revents != 0) return false;
    if (count == 0 && !no_wait) fail({0, IoStatus::timed_out, 0}, limit.reason);
    return true;
  }
}

bool SessionIo::await_input(std::chrono::milliseconds patience) noexcept {
  if (has_buffered()) return true;
  begin_ = end_ = 0;
  const IoResult result = connection_->stream->receive(buffer_, patience);
  switch (result.status) {
    case IoStatus::ok:
      end_ = result.bytes;
      note_read(result.bytes, buffer_.size());
      return true;
    case IoStatus::end:
      end_seen_ = !aborting_.stop_requested();
      if (!end_seen_) fail(result, EndReason::stopping);
      return end_seen_;
    case IoStatus::timed_out:
    case IoStatus::interrupted:
      return false;
    default:
      fail(result, EndReason::reset);
      return false;
  }
}

IoResult SessionIo::take(std::span<std::byte> into) noexcept {
  if (into.empty()) return {};
  if (!has_buffered()) {
    if (into.size() >= read_ahead_below) return receive(into);
    if (const IoResult result = fill(); !result.ok()) return result;
  }
  const std::size_t n = std::min(into.size(), end_ - begin_);
  std::memcpy(into.data(), buffer_.data() + begin_, n);
  begin_ += n;
  consumed_ = true;
  return {n, IoStatus::ok, 0};
}

IoResult SessionIo::take(std::span<const std::byte>& found) noexcept {
  if (!has_buffered()) {
    if (last_read_was_full() && buffer_.size() < buffer_for_streams) grow_buffer();
    if (const IoResult result = fill(); !result.ok()) return result;
  }
  found = std::span{buffer_}.subspan(begin_, end_ - begin_);
  begin_ = end_;
  consumed_ = true;
  return {found.size(), IoStatus::ok, 0};
}

void SessionIo::grow_buffer() noexcept try {
  buffer_ = std::vector<std::byte>(buffer_for_streams);
} catch (const std::bad_alloc&) {  // the one there is does as well
}

IoResult SessionIo::fill() noexcept {
  if (begin_ == end_) begin_ = end_ = 0;
  if (end_ == buffer_.size() && begin_ > 0) {
    std::memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
    end_ -= begin_;
    begin_ = 0;
  }
  const IoResult result = receive(std::span{buffer_}.subspan(end_));
  end_ += result.bytes;
  return result;
}

std::optional<std::string_view> SessionIo::read_line(std::size_t limit) {
  std::size_t searched = 0;
  for (;;) {
    const auto* text = reinterpret_cast<const char*>(buffer_.data()) + begin_;
    const std::size_t size = end_ - begin_;
    if (const auto* newline = static_cast<const char*>(std::memchr(text + searched, '\n', size - searched))) {
      auto length = static_cast<std::size_t>(newline - text);
      begin_ += length + 1;
      consumed_ = true;
      if (length > 0 && text[length - 1] == '\r') --length;
      if (length > limit) break;
      return std::string_view{text, length};
    }
    searched = size;
    if (size > limit + 1) break;  // a carriage return may still be the one that is not counted
    if (end_ == buffer_.size() && begin_ == 0) buffer_.resize(buffer_.size() * 2);
    const IoResult result = fill();
    if (result.ok()) continue;
    if (result.status == IoStatus::end && begin_ == end_) return std::nullopt;
    if (result.status == IoStatus::end) raise(IoErrorKind::truncated, "the peer finished in the middle of a line");
    if (failure_->reason == EndReason::idle_timeout ||
        (failure_->reason == EndReason::stopping && begin_ == end_ && !aborting_.stop_requested()))
      return std::nullopt;
    raise(result, "a line could not be read");
  }
  raise(IoErrorKind::line_too_long, "a line is longer than " + std::to_string(limit) + " bytes");
}

IoResult SessionIo::send_all(std::span<const std::byte> bytes) noexcept {
  if (failure_) return {0, IoStatus::reset, 0};
  const Limit limit = shorter({limits_->send, EndReason::send_timeout}, limits_->session, connection_->opened,
                              EndReason::session_limit);
  const IoResult result = connection_->stream->send_all(bytes, limit.wait);
  turn_sent_ += result.bytes;
  if (result.ok()) return result;
  const IoResult told = fail(result, result.status == IoStatus::timed_out ? limit.reason : EndReason::reset);
  if (told.status == IoStatus::timed_out) failure_->stall = diagnose_stall(*connection_->stream, end_ - begin_);
  return told;
}

void SessionIo::raise(const IoResult& result, const char* doing) const {
  const Failure failure = failure_.value_or(Failure{EndReason::reset, result.error, std::nullopt});
  const IoErrorKind kind = kind_of(failure.reason, failure.error);
  std::string what = std::string{doing} + ": " + std::string{to_string(failure.reason)};
  if (failure.error != 0) what += " (" + std::generic_category().message(failure.error) + ")";
  raise(kind, what, failure.error);
}

void SessionIo::raise(IoErrorKind kind, const std::string& what, int error) const {
  throw IoError{kind, what + ", connection " + std::to_string(connection_->id), error};
}

}  // namespace echopool
