// The input side of a session: the read buffer, the time limits of a message, and what is kept of one that is not
// whole. Internal. Belongs to one worker. Between two messages nothing here allocates while lines and streams stay
// within the buffer's 64 KiB.
//
// On a worker that parks its connections a read never waits, as long as what the call has read can be given back: the
// SessionRunner reads before it calls the handler, and a read that finds too little restarts the call later. Under
// hold, in a conversation, and when nothing can be given back any more, a read waits in recv(2) under SO_RCVTIMEO.
#pragma once

#include "session/session_state.hpp"

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace echopool {

class SessionOutput;

/// What a handler that is called now can count on.
enum class FirstByte : std::uint8_t {
  is_there,  ///< there is input, or an end (park)
  may_wait,  ///< its first read may have to wait as long as `timeouts.idle` (hold)
};

class SessionInput {
 public:
  SessionInput(SessionState& state, SessionOutput& output)
      : state_{state}, output_{output}, charge_{state.totals.input} {}

  /// Takes over what is kept of the connection's input, and hands it back.
  void bind(FirstByte first);
  void unbind();
  /// A handler's call is one message: its first byte starts the clock of `timeouts.message`. `can_restart`: what it
  /// reads can be given back.
  void begin_message(bool can_restart) noexcept;
  /// The call is over. Restarted: what it read is unread again.
  void end_message(bool restarted) noexcept;

  /// Looks for more input without waiting: ok (there was some), end, would_block, or failure() says why. Throws
  /// std::bad_alloc.
  [[nodiscard]] IoStatus look();
  /// Waits for more input as a held message does: ok, end, or failure() says why.
  [[nodiscard]] IoStatus wait_for_more();
  /// Waits for the first byte of a message for at most `patience`: as look().
  [[nodiscard]] IoStatus wait_for_first(std::chrono::milliseconds patience) noexcept;
  /// Whether there is more to read of a message that has begun, and all connections together keep so much already
  /// (`limits.input`) that this one has to wait.
  [[nodiscard]] bool must_wait_for_share() const noexcept;
  /// Whether what is buffered is enough to call the handler.
  [[nodiscard]] bool need_is_met() const noexcept;
  /// The handler said Next::incomplete: it needs more than it has seen.
  void need_more() noexcept;
  [[nodiscard]] bool handler_asked_for_more() const noexcept { return asked_; }

  [[nodiscard]] bool has_buffered() const noexcept { return !state_.buffer.empty(); }
  [[nodiscard]] std::size_t buffered_size() const noexcept { return state_.buffer.size(); }
  [[nodiscard]] bool end_seen() const noexcept { return end_seen_; }
  /// Whether the last read took all it asked for: more is likely to be waiting.
  [[nodiscard]] bool last_read_was_full() const noexcept { return last_read_ == LastRead::full; }
  /// Whether it proved that the kernel had no more at that moment. Also after unbind().
  [[nodiscard]] bool kernel_was_empty() const noexcept { return last_read_ == LastRead::emptied; }
  [[nodiscard]] bool consumed_input() const noexcept { return consumed_; }
  /// True while the worker waits for the first byte of a message: the one wait that stopping interrupts. Any thread.
  [[nodiscard]] bool waiting() const noexcept { return waiting_.load(std::memory_order_acquire); }

  // What Session's functions do.

  /// Every read of a handler begins here. In a whole conversation it is a message of its own. False: at the opening
  /// there is nothing to read.
  [[nodiscard]] bool begin_read() noexcept;
  [[nodiscard]] IoResult take(std::span<std::byte> into);
  /// All that is buffered, or what one recv(2) finds.
  [[nodiscard]] IoResult take(std::span<const std::byte>& found);
  [[nodiscard]] std::optional<std::string_view> read_line(std::size_t limit);
  [[nodiscard]] bool read_exact(std::span<std::byte> into);
  /// As take(), but it waits rather than restart the call.
  [[nodiscard]] IoResult try_take(std::span<std::byte> into) noexcept;
  [[nodiscard]] std::span<const std::byte> buffered();
  void consume(std::size_t bytes);
  [[nodiscard]] std::size_t seen() const noexcept { return seen_; }
  [[nodiscard]] bool wait_input(int other) noexcept;
  [[nodiscard]] bool input_ready() noexcept;

  /// Whether `result` is an end that a handler should take as "there is no more", not as a failure: the peer finished,
  /// or the server or the idle limit ended the wait before the first byte of a message.
  [[nodiscard]] bool is_clean_end(const IoResult& result) const noexcept;

 private:
  /// What a stream on one machine brings between two reads is some 95 KB; more than this saves no more calls.
  static constexpr std::size_t buffer_for_streams = 128 * 1024;
  /// How much of a call's input is kept to be given back; a call that has read more waits on its worker.
  static constexpr std::size_t most_given_back = 1024 * 1024;

  enum class LastRead : std::uint8_t { none, full, partial, emptied };

  /// How long the next recv(2) may wait. `interrupted`: since when a signal has kept this wait from ending, if one has.
  [[nodiscard]] SessionState::Limit receive_limit(std::optional<TimePoint> interrupted = {}) noexcept;
  /// Reads without waiting, or waits when the call cannot be restarted. would_block: it is to be restarted.
  [[nodiscard]] IoResult receive(std::span<std::byte> into) noexcept;
  [[nodiscard]] IoResult receive_waiting(std::span<std::byte> into) noexcept;
  /// Accounts for what a read found; the end and failures are kept.
  IoResult note(IoResult result, std::size_t asked) noexcept;
  [[nodiscard]] bool can_restart() const noexcept;
  /// Whether the connections keep as much input as they may, this one's buffer included.
  [[nodiscard]] bool is_input_limit_reached() const noexcept;
  /// Ends the running call: it is to be called again when there is so much input, counted from its first byte.
  [[noreturn]] void restart(const InputNeed& need);
  /// More input behind what is buffered.
  [[nodiscard]] IoResult fill();
  /// Announces a wait that stopping interrupts. False: stopping has begun, and there must be no wait.
  [[nodiscard]] bool begin_waiting() noexcept;
  void end_waiting() noexcept { waiting_.store(false, std::memory_order_release); }

  SessionState& state_;
  SessionOutput& output_;
  std::optional<TimePoint> message_began_;
  InputNeed need_;
  Charge charge_;  ///< of the unfinished message in the buffer: what was kept of it counts during its turn, too
  std::size_t seen_ = 0;
  std::atomic<bool> waiting_{false};
  bool conversation_ = false;
  bool in_message_ = false;
  bool end_seen_ = false;
  bool consumed_ = false;
  bool asked_ = false;
  LastRead last_read_ = LastRead::none;
};

}  // namespace echopool
