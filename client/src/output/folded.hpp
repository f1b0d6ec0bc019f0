// Output that keeps to the terminal's width. Internal. Pure functions, any thread.
#pragma once

#include <string>
#include <string_view>

namespace echopool::client {

/// Each line of `text` broken at spaces where it would pass `width`; what follows is indented by two.
[[nodiscard]] std::string folded(std::string_view text, std::size_t width);

}  // namespace echopool::client
