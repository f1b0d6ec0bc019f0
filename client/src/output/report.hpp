// The frame of every JSON result: what ran, against which server, how it ended. Internal. Pure functions, any thread.
// Described in docs/json.md and docs/echopool.schema.json.
#pragma once

#include "measure/histogram.hpp"
#include "net/target.hpp"
#include "output/json.hpp"
#include "verify/probe_ledger.hpp"

#include <echopool/endpoint.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace echopool::client {

/// Raised when a key changes its meaning or goes away; new keys may come at any time.
constexpr int schema_version = 2;

/// `schema`, `schema_version`, `program`, `arguments`.
[[nodiscard]] Json::Object begin_report(std::string_view subcommand, const std::vector<std::string>& arguments);

/// `warnings`, `error`, `exit_status`.
void end_report(Json::Object& report, const std::vector<std::string>& warnings, int exit_status);

/// A whole report about something that went wrong before there was a result.
[[nodiscard]] Json::Object failure_report(std::string_view subcommand, const std::vector<std::string>& arguments,
                                          const std::string& message, int error, int exit_status);

[[nodiscard]] Json target_json(const Target& target, const Endpoint& peer, const Endpoint& local);

/// count, min_ns … stddev_ns, saturated; unsupported percentiles are null. null when there are no samples.
[[nodiscard]] Json latency_json(const Histogram& samples);

/// As latency_json(), and `buckets`: [[from_ns, to_ns, count], …], from which every figure can be had again.
[[nodiscard]] Json distribution_json(const Histogram& samples);

/// [{from_ns, to_ns, count}]
[[nodiscard]] Json histogram_json(const Histogram& samples);

[[nodiscard]] Json totals_json(const ProbeTotals& totals);

}  // namespace echopool::client
