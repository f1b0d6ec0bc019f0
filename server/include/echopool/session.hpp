// One TCP conversation as its handler sees it: plain blocking reads and writes under the server's time limits.
// Installed. A Session belongs to the thread that runs its handler and lives only as long as that call: keep no
// reference to it. Two handlers never run at a time for one connection.
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
  /// the middle of one throws IoError (truncated), as does a line of more than `limit` bytes (line_too_long), or a time
  /// limit.
  [[nodiscard]] std::optional<std::string_view> read_line(ByteSize limit = 8_KiB);

  /// Whether a read would find input at once: buffered here or waiting in the kernel (FIONREAD, tcp(7)).
  [[nodiscard]] bool input_ready() noexcept;

  /// Waits for two things at once, for a conversation that must also speak when others want it to: true when a read
  /// would not wait (there is input, or an end, or a limit has passed, or the server is being stopped: the read tells
  /// which); false when the descriptor `other` is readable (poll(2)), which is looked at first. The limits are those of
  /// a read.
  [[nodiscard]] bool wait_input(int other);

  /// Sends all of it, blocking as long as `timeouts.send` allows, or throws IoError: send_timeout, session_limit,
  /// reset, stopping, system.
  void write(std::span<const std::byte> bytes);
  /// The same for text; nothing is added to it.
  void write(std::string_view text);

  /// As read_some and write, but every outcome is a value; `bytes` is exact in each. Reading while
  /// opening() gives `failed` with EAGAIN.
  [[nodiscard]] IoResult try_read_some(std::span<std::byte> into) noexcept;
  /// As write(), but every outcome is a value.
  [[nodiscard]] IoResult try_write_all(std::span<const std::byte> bytes) noexcept;

  /// Tells the peer that nothing more will be sent (shutdown(2) with SHUT_WR); reading goes on.
  void shutdown_write() noexcept;

  /// Who is calling.
  [[nodiscard]] const Endpoint& peer() const noexcept;
  /// The address the peer connected to (getsockname(2)); `*:0` when the connection is already gone.
  [[nodiscard]] Endpoint local() const noexcept;
  /// Unique within one Server, counted from 1: the `id=` of its log lines.
  [[nodiscard]] std::uint64_t id() const noexcept;
  /// Whether this is the call at accept of a service that speaks first (Opens::server): write, do not read.
  [[nodiscard]] bool opening() const noexcept;
  /// Whether the server is being stopped: a handler that works long should end soon.
  [[nodiscard]] bool stopping() const noexcept;

 private:
  friend class SessionIo;
  explicit Session(class SessionIo& io) noexcept : io_{io} {}

  SessionIo& io_;
};

}  // namespace echopool
