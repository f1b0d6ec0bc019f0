// What a measurement must not exceed: `p99>5ms,loss>0.1%,rate<1000`. Internal. Pure, any thread.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace echopool::client {

struct FailCondition {
  enum class Unit { duration, share, number };

  std::string metric;  ///< p50, p90, p99, p99.9, p99.99, min, max, mean, loss, errors, rate, throughput
  bool above = true;   ///< fails when the figure is above the limit; else when it is below
  double limit = 0;    ///< nanoseconds, a share of 1, or a plain number
  Unit unit = Unit::number;
  std::string text;  ///< as it was written
};

/// Conditions between commas. Throws std::invalid_argument naming the one that cannot be read and what would be right.
[[nodiscard]] std::vector<FailCondition> parse_fail_conditions(std::string_view text);

/// In the unit of its condition.
struct Figure {
  double value = 0;
  bool at_least = false;  ///< it may be more: requests were not answered
};

/// The figure of a metric; nullopt when it was not measured or has too few samples.
using Figures = std::function<std::optional<Figure>(const std::string& metric)>;

/// One sentence for each condition that is not met: `p99>5ms: it was 7.13 ms`. What could not be measured has not been
/// shown to hold, so it fails too.
[[nodiscard]] std::vector<std::string> check_fail_conditions(const std::vector<FailCondition>& conditions,
                                                             const Figures& figures);

}  // namespace echopool::client
