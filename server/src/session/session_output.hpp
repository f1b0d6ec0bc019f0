// The output side of a session: what a handler writes on its way to the kernel, and what is kept when it does not fit.
// Internal. Belongs to one worker.
//
// On a worker that parks its connections a write never waits while what does not fit may be kept: the connection is
// then flushed by later turns. Answers to pipelined messages are collected and leave together. Under hold, in a
// conversation, and past `limits.output` and `limits.output_total`, a write waits in send(2) under SO_SNDTIMEO.
#pragma once

#include "session/session_state.hpp"

#include <cstddef>
#include <span>
#include <vector>

namespace echopool {

class SessionOutput {
 public:
  explicit SessionOutput(SessionState& state);

  /// Takes over a connection: nothing that was collected for another one is left.
  void bind() noexcept { collected_.clear(); }
  /// A handler's call begins.
  void begin_call() noexcept { wrote_ = false; }
  [[nodiscard]] bool wrote_in_call() const noexcept { return wrote_; }

  /// Sends, collects or keeps all of it, or says why not; `bytes` is what was taken. `more_input`: another message is
  /// buffered, so that its answer can leave together with this one.
  [[nodiscard]] IoResult write(std::span<const std::byte> bytes, bool more_input) noexcept;
  /// Waits until all that was written is with the kernel.
  [[nodiscard]] IoResult flush() noexcept;
  /// Sends what was collected; what does not fit is kept. False: failure() says why.
  bool send_collected() noexcept;
  /// For the turns of a connection whose output is kept. True when nothing is kept any more; if false, there is still
  /// no room, or failure() says why.
  [[nodiscard]] bool flush_kept() noexcept;
  /// Nothing more will be written: tells the peer so, behind what is kept.
  void finish() noexcept;

  [[nodiscard]] std::size_t kept() const noexcept;

 private:
  /// Keeps the bytes behind what is kept. False: the limits or memory do not allow it, and nothing is kept of them.
  [[nodiscard]] bool keep(std::span<const std::byte> bytes) noexcept;
  /// Sends without waiting and keeps the rest, or waits for it.
  [[nodiscard]] IoResult send_or_keep(std::span<const std::byte> bytes) noexcept;
  [[nodiscard]] IoResult send_waiting(std::span<const std::byte> bytes) noexcept;
  [[nodiscard]] IoResult flush_waiting() noexcept;
  IoResult failed(IoResult result, EndReason timed_out_reason) noexcept;

  SessionState& state_;
  std::vector<std::byte> collected_;  // its capacity is reserved once
  bool wrote_ = false;
};

}  // namespace echopool
