// What follows from the reason for which a connection ended: one row for each. Internal. Constants, any thread.
#pragma once

#include <echopool/error.hpp>
#include <echopool/log.hpp>
#include <echopool/stats.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace echopool {

enum class CloseMode : std::uint8_t {
  at_once,  ///< nothing of the peer's is unread: close(2) loses nothing
  linger,   ///< the peer may still be sending: wait for its end, or what we sent last could be lost
  reset,    ///< the peer does not read: what is unsent is thrown away
};

struct EndReasonRow {
  EndReason reason;
  std::string_view name;             ///< in the log and in figures
  std::optional<IoErrorKind> error;  ///< what a handler's read or write throws; nullopt: reset or system, by errno
  CloseMode close;                   ///< unless the peer's end was seen or the connection is cut off
  LogLevel level;                    ///< of its `connection closed` line
};

inline constexpr std::array<EndReasonRow, end_reasons> end_reason_rows{{
    {EndReason::peer_closed, "peer_closed", std::nullopt, CloseMode::linger, LogLevel::info},
    {EndReason::handler_closed, "handler_closed", std::nullopt, CloseMode::linger, LogLevel::info},
    {EndReason::idle_timeout, "idle_timeout", IoErrorKind::receive_timeout, CloseMode::linger, LogLevel::info},
    {EndReason::receive_timeout, "receive_timeout", IoErrorKind::receive_timeout, CloseMode::linger, LogLevel::info},
    {EndReason::message_timeout, "message_timeout", IoErrorKind::message_timeout, CloseMode::linger, LogLevel::warning},
    {EndReason::message_too_long, "message_too_long", IoErrorKind::message_too_long, CloseMode::linger, LogLevel::info},
    {EndReason::send_timeout, "send_timeout", IoErrorKind::send_timeout, CloseMode::reset, LogLevel::warning},
    {EndReason::session_limit, "session_limit", IoErrorKind::session_limit, CloseMode::linger, LogLevel::info},
    {EndReason::reset, "reset", std::nullopt, CloseMode::at_once, LogLevel::info},
    {EndReason::evicted, "evicted", std::nullopt, CloseMode::at_once, LogLevel::info},
    {EndReason::handler_error, "handler_error", std::nullopt, CloseMode::linger, LogLevel::warning},
    {EndReason::stopping, "stopping", IoErrorKind::stopping, CloseMode::linger, LogLevel::info},
}};

[[nodiscard]] constexpr const EndReasonRow& row_of(EndReason reason) noexcept {
  return end_reason_rows.at(static_cast<std::size_t>(reason));
}

static_assert(std::all_of(end_reason_rows.begin(), end_reason_rows.end(),
                          [](const EndReasonRow& row) { return &row_of(row.reason) == &row; }),
              "the rows stand in the order of the enumerators, one for each");

}  // namespace echopool
