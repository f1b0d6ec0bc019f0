// What load prints: a row for each interval, the summary, the JSON result, and what a reader should know about the
// figures. Internal. Pure functions, any thread.
#pragma once

#include "load/fail_condition.hpp"
#include "load/load.hpp"
#include "output/json.hpp"

#include <string>
#include <vector>

namespace echopool::client {

/// `16 connections, 2 threads, 64-byte requests, closed loop`.
[[nodiscard]] std::string describe(const LoadSettings& settings);

/// A narrow terminal gets fewer columns.
[[nodiscard]] std::string row_head(std::size_t width);
[[nodiscard]] std::string row_text(const LoadInterval& row, std::size_t width);

[[nodiscard]] std::string summarise(const LoadReport& report, const LoadSettings& settings, std::size_t width);

/// Whether the client was the bottleneck, whether the schedule was kept, what was lost and why.
[[nodiscard]] std::vector<std::string> warnings(const LoadReport& report, const LoadSettings& settings);

/// For --fail-if.
[[nodiscard]] Figures figures_of(const LoadReport& report);

void add_options(Json::Object& object, const LoadSettings& settings);
void add_results(Json::Object& object, const LoadReport& report, const LoadSettings& settings);

}  // namespace echopool::client
