// Paragraphs broken at spaces. Internal. Pure functions, any thread.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace echopool::client {

/// Breaks `text` so that no line is longer than `width` columns (a word that does not fit stands alone); every line
/// begins with `indent` spaces, an empty line separates paragraphs, no newline at the end. Columns are counted as
/// bytes: for ASCII.
[[nodiscard]] std::string wrapped(std::string_view text, std::size_t width, std::size_t indent = 0);

/// `head`, padded to `column`, then `text` wrapped beside it; below it when the head is too long.
[[nodiscard]] std::string beside(std::string head, std::string_view text, std::size_t width, std::size_t column);

}  // namespace echopool::client
