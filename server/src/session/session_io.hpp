// The working side of a Session: the read buffer, the time limits of a message, and how the conversation failed, if it
// did. Internal. Belongs to one worker and is used again for every connection it serves; nothing here allocates while
// lines and streams stay within its buffer's 64 KiB.
#pragma once

#include "session/connection.hpp"
#include "session/stall.hpp"

#include <echopool/session.hpp>
#include <echopool/settings.hpp>
#include <echopool/stats.hpp>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

namespace echopool {

/// How a conversation failed.
struct Failure {
  EndReason reason = EndReason::reset;
  int error = 0;
  std::optional<Stall> stall;
};

class SessionIo {
 public:
  /// `draining`: the server is being stopped in good order. `aborting`: connections are being cut off.
  SessionIo(const std::atomic<bool>& draining, std::stop_token aborting);

  /// Takes a connection for a turn, and hands it back. `waits`: a handler that is called now may have to wait for its
  /// first byte, as long as `idle` allows (hold), or there is input already (park).
  void bind(Connection& connection, const TimeoutSettings& limits, bool waits);
  void unbind();
  /// A handler's call is one message: its first byte starts the clock of `timeouts.message`.
  void begin_message() noexcept;

  /// Every read of a handler begins here. In a whole conversation it is a message of its own. False: at the opening
  /// there is nothing to read.
  [[nodiscard]] bool begin_read() noexcept;

  /// Waits for the first byte of a message on behalf of a handler that is not called yet, at most `patience`: true when
  /// the handler should be called (input, or the peer's end), false when nothing came or failure() says why.
  [[nodiscard]] bool await_input(std::chrono::milliseconds patience) noexcept;

  [[nodiscard]] Session session() noexcept { return Session{*this}; }

  [[nodiscard]] bool has_buffered() const noexcept { return begin_ < end_; }
  [[nodiscard]] bool aborting() const noexcept { return aborting_.stop_requested(); }
  [[nodiscard]] bool end_seen() const noexcept { return end_seen_; }
  [[nodiscard]] const std::optional<Failure>& failure() const noexcept { return failure_; }
  /// Whether this turn's last read took all it asked for: more is likely to be waiting.
  [[nodiscard]] bool last_read_was_full() const noexcept { return last_read_ == LastRead::full; }
  /// Whether it found less than it asked for: the kernel had no more at that moment.
  [[nodiscard]] bool last_read_was_short() const noexcept { return last_read_ == LastRead::partial; }
  [[nodiscard]] bool consumed_input() const noexcept { return consumed_; }
  [[nodiscard]] std::size_t turn_bytes() const noexcept { return turn_received_ + turn_sent_; }
  [[nodiscard]] std::size_t turn_received() const noexcept { return turn_received_; }
  [[nodiscard]] std::size_t turn_sent() const noexcept { return turn_sent_; }
  /// True while the worker waits for the first byte of a message: the one wait that stopping interrupts. Any thread.
  [[nodiscard]] bool waiting() const noexcept { return waiting_.load(std::memory_order_acquire); }

 private:
  friend class Session;

  /// What came of this turn's last recv(2).
  enum class LastRead : std::uint8_t { none, full, partial };

  struct Limit {
    Timeout wait;
    EndReason reason;
  };

  [[nodiscard]] IoResult receive(std::span<std::byte> into) noexcept;
  [[nodiscard]] IoResult take(std::span<std::byte> into) noexcept;
  /// All that is buffered, or what one recv(2) gives.
  [[nodiscard]] IoResult take(std::span<const std::byte>& found) noexcept;
  [[nodiscard]] IoResult send_all(std::span<const std::byte> bytes) noexcept;
  [[nodiscard]] std::optional<std::string_view> read_line(std::size_t limit);
  [[nodiscard]] bool wait_input(int other) noexcept;
  /// Announces a wait that stopping interrupts. False: it has begun already, and there must be no wait.
  [[nodiscard]] bool begin_waiting() noexcept;
  void end_waiting() noexcept { waiting_.store(false, std::memory_order_release); }
  /// More input behind what is buffered; grows the buffer only for lines longer than it.
  [[nodiscard]] IoResult fill() noexcept;

  void note_read(std::size_t got, std::size_t asked) noexcept;
  /// An empty buffer becomes larger, if there is memory.
  void grow_buffer() noexcept;
  [[nodiscard]] Limit receive_limit() noexcept;
  [[nodiscard]] Limit shorter(Limit limit, Timeout whole, TimePoint since, EndReason reason) noexcept;
  IoResult fail(IoResult result, EndReason reason) noexcept;
  [[noreturn]] void raise(const IoResult& result, const char* doing) const;
  [[noreturn]] void raise(IoErrorKind kind, const std::string& what, int error = 0) const;
  [[nodiscard]] SystemCalls& calls() const noexcept { return connection_->stream->calls(); }

  const std::atomic<bool>& draining_;
  std::stop_token aborting_;
  std::vector<std::byte> buffer_;

  Connection* connection_ = nullptr;
  const TimeoutSettings* limits_ = nullptr;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
  std::optional<TimePoint> message_clock_;
  std::optional<Failure> failure_;
  std::size_t turn_received_ = 0;
  std::size_t turn_sent_ = 0;
  std::atomic<bool> waiting_{false};
  bool waits_ = false;
  bool conversation_ = false;
  bool in_message_ = false;
  bool end_seen_ = false;
  LastRead last_read_ = LastRead::none;
  bool consumed_ = false;
};

}  // namespace echopool
