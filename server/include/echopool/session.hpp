// One TCP conversation as its handler sees it: plain reads and writes under the server's time limits.
// Installed. A Session belongs to the thread that runs its handler and lives only as long as that call: one that is
// used later ends the process with a sentence. Two handlers never run at a time for one connection.
//
// What waits, and where. In a handler for messages on a server that parks its connections, nothing holds the worker:
// - A read that finds too little ends the call (an exception that is no std::exception passes through the handler),
//   puts back what the call has read, and the handler is called again when that very read can be satisfied. So read
//   first, then act: what a handler did before such a read, it does twice (ServiceSettings::reads opts out).
// - Handlers made by echopool/framing.hpp, which look at buffered() and return Next::incomplete, need no read at all.
// - A write that finds no room is kept (`limits.output`), and sent by the framework as the peer takes it.
// A read waits on its worker, as the classic blocking read does, under `pool.idle = hold`, in a conversation, with
// Reads::wait, in a handler that is noexcept, after a write in the same call, after a megabyte in the same call, and in
// try_read_some(). A write does so under hold, in a conversation, and beyond the limits of what is kept.
#pragma once

#include <echopool/endpoint.hpp>
#include <echopool/error.hpp>
#include <echopool/export.hpp>
#include <echopool/io_result.hpp>
#include <echopool/literals.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace echopool {

/// One connection, during one call of its handler.
class ECHOPOOL_EXPORT Session {
 public:
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  /// Waits for input and takes what is there, at most `into.size()` bytes. 0 is a clean end: the peer has finished, or
  /// sent nothing for `timeouts.idle`. Throws IoError: receive_timeout, message_timeout, session_limit, reset,
  /// stopping, system.
  std::size_t read_some(std::span<std::byte> into);

  /// The same without a buffer of one's own: what is there, in the worker's, which grows from 64 to 128 KiB when a
  /// stream fills it. Valid until the next read, and no longer than the handler's call; empty is a clean end.
  [[nodiscard]] std::span<const std::byte> read_some();

  /// Reads exactly `into.size()` bytes. False is a clean end before the first of them; an end or a time limit after it
  /// throws IoError (truncated, or as read_some).
  [[nodiscard]] bool read_exact(std::span<std::byte> into);

  /// Reads up to and including a newline and gives the line without it (nor a carriage return before it). Valid until
  /// the next read, and no longer than the handler's call. nullopt is a clean end before any byte of a line; an end in
  /// the middle of one throws IoError (truncated), as does a line of more than `limit` bytes (message_too_long), or a
  /// time limit.
  [[nodiscard]] std::optional<std::string_view> read_line(ByteSize limit = 8_KiB);

  /// Whether a read would find input at once: buffered here or waiting in the kernel (FIONREAD, tcp(7)).
  [[nodiscard]] bool input_ready() noexcept;

  /// What has come and was not consumed yet; of a call that finds nothing buffered, what one read brings. It does not
  /// wait, but under hold for the first byte. Valid until the next read or consume(), and no longer than the call.
  /// Empty when there is nothing (an end, for example): return Next::incomplete then, too.
  [[nodiscard]] std::span<const std::byte> buffered();
  /// Takes the first `bytes` of buffered(): they belong to a message that is served now. Throws std::logic_error when
  /// fewer are buffered.
  void consume(std::size_t bytes);
  /// How many bytes at the front of buffered() an earlier call has seen and answered with Next::incomplete: a search
  /// can go on behind them.
  [[nodiscard]] std::size_t seen() const noexcept;

  /// Waits for two things at once, for a conversation that must also speak when others want it to: true when a read
  /// would not wait (there is input, or an end, or a limit has passed, or the server is being stopped: the read tells
  /// which); false when the descriptor `other` is readable (poll(2)), which is looked at first. The limits are those of
  /// a read.
  [[nodiscard]] bool wait_input(int other);

  /// Sends all of it. What the kernel has no room for is kept and sent later, and the handler is not called before all
  /// has left; where that cannot be, it blocks as long as `timeouts.send` allows. Throws IoError: send_timeout,
  /// session_limit, reset, stopping, system.
  void write(std::span<const std::byte> bytes);
  /// The same for text; nothing is added to it.
  void write(std::string_view text);
  /// Waits until all that was written is with the kernel, as long as `timeouts.send` allows. Throws as write().
  void flush();

  /// As read_some and write, but every outcome is a value; `bytes` is exact in each. Reading while
  /// opening() gives `failed` with EAGAIN.
  [[nodiscard]] IoResult try_read_some(std::span<std::byte> into) noexcept;
  /// As write(), but every outcome is a value.
  [[nodiscard]] IoResult try_write_all(std::span<const std::byte> bytes) noexcept;

  /// Tells the peer that nothing more will be sent (shutdown(2) with SHUT_WR); reading goes on.
  void shutdown_write() noexcept;

  /// The address of the peer.
  [[nodiscard]] const Endpoint& peer() const noexcept;
  /// The address the peer connected to (getsockname(2)); `*:0` when the connection is already gone.
  [[nodiscard]] Endpoint local() const noexcept;
  /// Unique within one Server, counted from 1: the `id=` of its log lines.
  [[nodiscard]] std::uint64_t id() const noexcept;
  /// Whether this is the call at accept of a service that speaks first (Opens::server): write, do not read. A handler
  /// for a whole conversation is called at accept only, so there it is true to the end, and does not forbid to read.
  [[nodiscard]] bool opening() const noexcept;
  /// Whether the server is being stopped: a handler that works long should end soon.
  [[nodiscard]] bool stopping() const noexcept;

 private:
  friend class SessionIo;
  Session() = default;

  /// Where its work is done. Ends the process when this is not the Session of the running call.
  [[nodiscard]] class SessionIo& io() const noexcept;

  class SessionIo* io_ = nullptr;
};

}  // namespace echopool
