// The exceptions of the framework. What is expected (an end, a stop) is a return value; these are for the rest.
// Installed. Plain exceptions, any thread.
#pragma once

#include <echopool/export.hpp>

#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>

namespace echopool {

/// Why a conversation could not go on.
enum class IoErrorKind : std::uint8_t {
  truncated,         ///< the peer finished in the middle of a line or block
  receive_timeout,   ///< one blocking read within a message took longer than `timeouts.receive`
  message_timeout,   ///< a message took longer than `timeouts.message` from its first byte
  send_timeout,      ///< a write took longer than `timeouts.send`
  session_limit,     ///< the connection is older than `timeouts.session`
  message_too_long,  ///< no newline within the limit of read_line, or a framed message over its limit
  reset,             ///< the peer is gone
  stopping,          ///< the server is being stopped
  system,            ///< any other failure of a system call
};

/// By its name: `receive_timeout`.
ECHOPOOL_EXPORT std::string_view to_string(IoErrorKind kind) noexcept;

/// Thrown by Session's reading and writing functions. A handler need not catch it: the framework ends the connection
/// with the matching reason and nothing else is harmed.
class ECHOPOOL_EXPORT IoError : public std::runtime_error {
 public:
  /// `error` is errno where a system call failed.
  IoError(IoErrorKind kind, const std::string& what, int error = 0);

  /// Why, for a handler that tells one from another.
  [[nodiscard]] IoErrorKind kind() const noexcept { return kind_; }
  /// errno, where a system call failed; else 0.
  [[nodiscard]] int error() const noexcept { return error_; }

 private:
  IoErrorKind kind_;
  int error_;
};

/// A server that cannot be started as configured: an address in use, a thread that cannot be created, settings that
/// contradict each other. what() names the thing that failed, why, and what to do next.
class ECHOPOOL_EXPORT StartError : public std::system_error {
 public:
  /// `what` is "WHAT FAILED" or "WHAT FAILED; REMEDY"; what() puts the text of errno `error` between the two. 0: there
  /// is none.
  StartError(int error, const std::string& what);

  /// What failed, why, and what to do next.
  [[nodiscard]] const char* what() const noexcept override { return text_.what(); }

 private:
  std::runtime_error text_;  // unlike a string, copied without throwing
};

}  // namespace echopool
