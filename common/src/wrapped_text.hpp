// Paragraphs broken at spaces, for help texts and the comments of generated files. Internal. Pure functions, any
// thread.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace echopool {

/// `text` with a line break wherever a line would pass `width` columns (a longer word stands alone); every line but the
/// first begins with `margin`. No line break at the end. A column is a byte: for ASCII.
[[nodiscard]] std::string wrapped(std::string_view text, std::size_t width, std::string_view margin);

/// `head`, padded to `column`, with `text` wrapped beside it, or below it when `head` is too long.
[[nodiscard]] std::string beside(std::string_view head, std::string_view text, std::size_t width, std::size_t column);

}  // namespace echopool
