#include "suggestion.hpp"

#include <algorithm>
#include <cstddef>

namespace echopool::client {
namespace {

/// The optimal string alignment distance.
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::vector<std::size_t>> cost(a.size() + 1, std::vector<std::size_t>(b.size() + 1));
  for (std::size_t i = 0; i <= a.size(); ++i) cost[i][0] = i;
  for (std::size_t j = 0; j <= b.size(); ++j) cost[0][j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t change = a[i - 1] == b[j - 1] ? 0 : 1;
      cost[i][j] = std::min({cost[i - 1][j] + 1, cost[i][j - 1] + 1, cost[i - 1][j - 1] + change});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
        cost[i][j] = std::min(cost[i][j], cost[i - 2][j - 2] + 1);
    }
  }
  return cost[a.size()][b.size()];
}

}  // namespace

std::optional<std::string_view> nearest(std::string_view word, const std::vector<std::string_view>& known) {
  std::optional<std::string_view> best;
  std::size_t least = word.size() / 3 + 1;
  for (const auto candidate : known) {
    if (word.size() >= 2 && candidate.starts_with(word)) return candidate;
    const std::size_t apart = distance(word, candidate);
    if (apart <= least && apart < std::max(word.size(), candidate.size())) {
      if (!best || apart < least) best = candidate;
      least = std::min(least, apart);
    }
  }
  return best;
}

std::vector<std::string_view> split_choices(std::string_view text) {
  std::vector<std::string_view> choices;
  for (;;) {
    const auto bar = text.find('|');
    choices.push_back(text.substr(0, bar));
    if (bar == std::string_view::npos) return choices;
    text.remove_prefix(bar + 1);
  }
}

}  // namespace echopool::client
