// What ping prints: a line for each event, the summary, the JSON result. Internal. Pure functions, any thread.
#pragma once

#include "output/json.hpp"
#include "ping/ping.hpp"

#include <string>
#include <vector>

namespace echopool::client {

struct PingStyle {
  bool exact = false;  ///< -3: every digit of a time
  bool dated = false;  ///< -D: the date in seconds in front
  bool colour = false;
};

/// One line without its newline; empty for what is not told.
[[nodiscard]] std::string describe(const PingEvent& event, const std::string& peer, const PingStyle& style);

/// The lines after the last answer.
[[nodiscard]] std::string summarise(const PingReport& report, const std::string& title, std::size_t width);

/// What a person should know about the figures.
[[nodiscard]] std::vector<std::string> warnings(const PingReport& report, bool kernel_times_wanted);

/// The part of the JSON result that is the measurement's.
void add_results(Json::Object& object, const PingReport& report);

}  // namespace echopool::client
