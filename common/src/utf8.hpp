// Which bytes are UTF-8: for what goes into a log line or a JSON text. Internal. Pure functions, any thread.
#pragma once

#include <cstddef>
#include <string_view>

namespace echopool {

/// Length in bytes of the well-formed sequence that `text` begins with (Unicode 15, table 3-7; RFC 3629), 1 to 4. 0
/// when there is none: `text` is empty, cut off, overlong, a surrogate, or beyond U+10FFFF.
[[nodiscard]] std::size_t utf8_length(std::string_view text) noexcept;

}  // namespace echopool
