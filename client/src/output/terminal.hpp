// What a descriptor can show. Internal. Any thread.
#pragma once

#include <cstddef>

namespace echopool::client {

/// A terminal that can be painted on: not a pipe or file, and TERM is not `dumb`.
[[nodiscard]] bool is_live_terminal(int fd) noexcept;

/// Whether colours are welcome: a live terminal, and NO_COLOR (no-color.org) is not set to something.
[[nodiscard]] bool wants_colour(int fd) noexcept;

/// Whether the locale is UTF-8 (LC_ALL, LC_CTYPE, LANG).
[[nodiscard]] bool speaks_utf8() noexcept;

/// Columns: those of the terminal, or of the variable COLUMNS, or 80; never below 20.
[[nodiscard]] std::size_t width_of(int fd) noexcept;

}  // namespace echopool::client
