// "Did you mean …?" Internal. Pure functions, any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace echopool {

/// The known word nearest to `word` if it is near enough to have been meant: at most a third of its letters are wrong,
/// missing, added or swapped with their neighbour (optimal string alignment). Case plays no part, nor do `-` for `_`.
[[nodiscard]] std::optional<std::string_view> nearest(std::string_view word,
                                                      const std::vector<std::string_view>& known);

/// `; did you mean 'X'?`, or nothing when no known word is near.
[[nodiscard]] std::string did_you_mean(std::string_view word, const std::vector<std::string_view>& known);

}  // namespace echopool
