// "Did you mean …?" Internal. Pure functions, any thread.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

namespace echopool::client {

/// The known word that is nearest to `word`, if it is near enough to have been meant: at most a third of the letters
/// wrong, missing, added or swapped (Damerau and Levenshtein), or `word` is how it begins.
[[nodiscard]] std::optional<std::string_view> nearest(std::string_view word,
                                                      const std::vector<std::string_view>& known);

/// `a|b|c` taken apart.
[[nodiscard]] std::vector<std::string_view> split_choices(std::string_view text);

}  // namespace echopool::client
