// Ranges as monitoring plugins write them: `10`, `10:`, `~:10`, `10:20`, `@10:20`. Internal. Plain values, any thread.
//
// Monitoring Plugins Development Guidelines, "Threshold and Ranges": a value outside the range raises the alert, one on
// its border does not; with `@` it is the other way round.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace echopool::client {

class Threshold {
 public:
  /// Numbers are seconds here; `100ms` and the like are understood as well. nullopt: not a range.
  static std::optional<Threshold> parse(std::string_view text);

  [[nodiscard]] bool alerts(double value) const noexcept;
  /// As performance data carries it, in seconds: `0.1`, `~:10`, `@10:20`.
  [[nodiscard]] std::string to_string() const;

 private:
  std::optional<double> start_ = 0;  ///< nullopt: no lower limit
  std::optional<double> end_;        ///< nullopt: no upper limit
  bool inside_ = false;
};

}  // namespace echopool::client
