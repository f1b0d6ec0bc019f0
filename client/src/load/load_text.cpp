#include "load/load_text.hpp"

#include "measure/format.hpp"
#include "output/folded.hpp"
#include "output/latency_text.hpp"
#include "output/report.hpp"
#include "output/text_table.hpp"
#include "output/totals_text.hpp"

#include <algorithm>
#include <array>
#include <cstdio>

namespace echopool::client {
namespace {

constexpr std::size_t full_row = 74;  // columns

std::string per_second(double rate) { return format_count(static_cast<std::uint64_t>(rate + 0.5)) + " a second"; }

std::string percent(double share) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%.3g %%", share * 100);
  return text.data();
}

double per_second(std::uint64_t count, Nanoseconds time) {
  const auto seconds = std::chrono::duration<double>{time}.count();
  return seconds > 0 ? static_cast<double>(count) / seconds : 0;
}

std::string throughput(const LoadReport& report) {
  const auto rate = static_cast<std::uint64_t>(per_second(report.counts.bytes_verified, report.duration));
  return format_size(rate) + "/s each way of payload, every byte verified";
}

std::uint64_t total(const std::map<int, std::uint64_t>& errors) {
  std::uint64_t sum = 0;
  for (const auto& [error, count] : errors) sum += count;
  return sum;
}

std::string connections(const LoadReport& report) {
  const LoadCounts& counts = report.counts;
  std::string text = counted(counts.connections_opened, "connection") + " opened";
  if (const auto failed = total(counts.connect_errors)) text += ", " + format_count(failed) + " could not be";
  if (const auto broken = total(counts.broken)) text += ", " + format_count(broken) + " broke";
  if (report.trial_connections > 0)
    text += "; " + format_count(report.trial_connections) + " before them, to find an address that answers";
  return text;
}

std::string answered(const LoadReport& report, const LoadSettings& settings) {
  const LoadCounts& counts = report.counts;
  const bool connecting = settings.mode == LoadMode::connect_only;
  const std::uint64_t due = counts.due();
  std::string text = counted(counts.answered, connecting ? "connection" : "request");
  if (counts.answered < due)
    text = format_count(counts.answered) + " of " + counted(due, connecting ? "connection" : "request");
  text += (connecting ? " made in " : " answered in ") + format_duration(report.duration) + ", " +
          per_second(report.rate());
  if (counts.corrupt > 0) text += "; " + format_count(counts.corrupt) + " corrupt";
  if (counts.lost > 0) text += "; " + format_count(counts.lost) + " lost";
  if (counts.unsent > 0) text += "; " + format_count(counts.unsent) + " never sent";
  return text;
}

/// The longest time of an interval: what still waits has waited at least so long.
std::string longest(const LoadInterval& row) {
  if (row.oldest && *row.oldest > row.response.max()) return ">= " + format_duration(*row.oldest);
  return row.answered == 0 ? "-" : format_duration(row.response.max());
}

std::string schedule(const LoadReport& report, const LoadSettings& settings) {
  const LoadCounts& counts = report.counts;
  const std::uint64_t due = counts.sent + counts.unsent;
  const double late = due == 0 ? 0 : static_cast<double>(counts.late_sends + counts.unsent) / static_cast<double>(due);
  return per_second(*settings.rate) + " asked for; " + percent(late) +
         " of the requests left more than half an interval late" + (counts.unsent > 0 ? ", or never" : "");
}

}  // namespace

std::string describe(const LoadSettings& settings) {
  std::string text = counted(settings.connections, settings.mode == LoadMode::datagram ? "socket" : "connection") +
                     ", " + counted(settings.threads, "thread");
  if (settings.mode == LoadMode::connect_only)
    text += ", connecting only";
  else
    text += ", requests of " + format_bytes(settings.size);
  if (settings.mode == LoadMode::fresh) text += ", each in a new connection";
  if (settings.is_open_loop()) return text + ", open loop of " + per_second(*settings.rate);
  if (settings.pipeline > 1) text += ", " + format_count(settings.pipeline) + " at once";
  return text + ", closed loop";
}

std::string row_head(std::size_t width) {
  return width < full_row ? "    seconds   a second errors       p99"
                          : "    seconds   a second errors waiting       p50       p99          max";
}

std::string row_text(const LoadInterval& row, std::size_t width) {
  const double start = std::chrono::duration<double>{row.from}.count();
  const double end = std::chrono::duration<double>{row.from + row.length}.count();
  const auto time = [&](double share) {
    const auto value = row.response.supported_quantile(share);
    return value ? format_duration(*value) : std::string{"-"};
  };
  std::array<char, 160> text{};
  std::snprintf(text.data(), text.size(), "%5.1f-%-5.1f %10s %6s", start, end,
                format_count(static_cast<std::uint64_t>(per_second(row.answered, row.length) + 0.5)).c_str(),
                format_count(row.errors).c_str());
  const std::string line = text.data();
  if (width < full_row)
    std::snprintf(text.data(), text.size(), " %9s", time(0.99).c_str());
  else
    std::snprintf(text.data(), text.size(), " %7s %9s %9s %12s", format_count(row.waiting).c_str(), time(0.5).c_str(),
                  time(0.99).c_str(), longest(row).c_str());
  return line + text.data();
}

std::string summarise(const LoadReport& report, const LoadSettings& settings, std::size_t width) {
  const LoadCounts& counts = report.counts;
  std::string text = answered(report, settings) + "\n";
  if (counts.bytes_verified > 0) text += throughput(report) + "\n";
  if (settings.is_open_loop()) text += schedule(report, settings) + "\n";
  text += settings.mode == LoadMode::datagram ? describe(counts.probes) : connections(report);
  text = folded(text, width) + "\n";
  if (counts.service.count() == 0) return text;
  std::vector<LatencyRow> rows;
  if (settings.is_open_loop()) rows.push_back({"response", &counts.response});
  rows.push_back({"service", &counts.service});
  if (settings.expected_interval) rows.push_back({"corrected", &counts.corrected});
  if (settings.is_open_loop()) rows.push_back({"send lag", &counts.lag});
  if (settings.mode == LoadMode::fresh) rows.push_back({"connect", &counts.connect});
  return text + "\n" + latency_table("", rows, width);
}

Figures figures_of(const LoadReport& report) {
  return [&report](const std::string& metric) -> std::optional<Figure> {
    const LoadCounts& counts = report.counts;
    const Histogram& times = report.times();
    const auto figure = [&times](std::optional<Nanoseconds> time) {
      return time ? std::optional{Figure{static_cast<double>(time->count()), times.is_at_least(*time)}} : std::nullopt;
    };
    if (metric == "loss") return Figure{report.loss()};
    if (metric == "rate") return Figure{report.rate()};
    if (metric == "throughput") return Figure{per_second(counts.bytes_verified, report.duration)};
    if (metric == "errors") return Figure{static_cast<double>(report.errors())};
    if (times.count() == 0) return std::nullopt;
    if (metric == "min") return figure(times.min());
    if (metric == "max") return figure(times.max());
    if (metric == "mean") return Figure{static_cast<double>(times.mean().count()), times.unfinished() > 0};
    return figure(times.supported_quantile(std::stod(metric.substr(1)) / 100));
  };
}

void add_options(Json::Object& object, const LoadSettings& settings) {
  constexpr std::array modes{"stream", "datagram", "fresh", "connect_only"};
  object.emplace_back("options", Json::Object{{"mode", modes[static_cast<std::size_t>(settings.mode)]},
                                              {"connections", settings.connections},
                                              {"threads", settings.threads},
                                              {"request_bytes", settings.size},
                                              {"pipeline", settings.pipeline},
                                              {"rate", settings.rate},
                                              {"duration_ns", settings.duration},
                                              {"requests", settings.requests},
                                              {"warmup_ns", settings.warmup},
                                              {"timeout_ns", settings.timeout},
                                              {"connect_timeout_ns", settings.dialing.limit},
                                              {"expected_interval_ns", settings.expected_interval},
                                              {"interval_ns", settings.interval},
                                              {"nodelay", !settings.nagle},
                                              {"reset", settings.reset}});
}

void add_results(Json::Object& object, const LoadReport& report, const LoadSettings& settings) {
  const LoadCounts& counts = report.counts;
  const auto errors = [](const std::map<int, std::uint64_t>& map) {
    Json::Array list;
    for (const auto& [error, count] : map)
      list.push_back(Json::Object{
          {"errno", error}, {"message", error == 0 ? "closed by the server" : error_text(error)}, {"count", count}});
    return list;
  };
  object.emplace_back("started_at", format_date(report.started));
  object.emplace_back("duration_ns", report.duration);
  object.emplace_back("span_ns", counts.span());
  object.emplace_back("interrupted", report.interrupted);
  const bool was_silent = report.silence.length().count() > 0;
  object.emplace_back("longest_silence_ns", std::max(report.silence.length(), Nanoseconds{0}));
  object.emplace_back("longest_silence_from_ns", was_silent ? Json{report.silence.from} : Json{});
  object.emplace_back("requests", Json::Object{{"due", counts.due()},
                                               {"sent", counts.sent},
                                               {"answered", counts.answered},
                                               {"corrupt", counts.corrupt},
                                               {"lost", counts.lost},
                                               {"unsent", counts.unsent},
                                               {"loss_ratio", report.loss()},
                                               {"answered_per_second", report.rate()}});
  object.emplace_back("bytes",
                      Json::Object{{"sent", counts.bytes_sent},
                                   {"verified", counts.bytes_verified},
                                   {"verified_per_second", per_second(counts.bytes_verified, report.duration)}});
  object.emplace_back("connections", Json::Object{{"opened", counts.connections_opened},
                                                  {"connect_errors", errors(counts.connect_errors)},
                                                  {"broken", errors(counts.broken)},
                                                  {"broken_idle", counts.broken_idle},
                                                  {"lost_by_break", counts.lost_by_break},
                                                  {"trial", report.trial_connections},
                                                  {"connect", latency_json(counts.connect)}});
  object.emplace_back("probes", settings.mode == LoadMode::datagram ? totals_json(counts.probes) : Json{});
  object.emplace_back("receive_queue_drops", counts.queue_drops);
  object.emplace_back("response", settings.is_open_loop() ? distribution_json(counts.response) : Json{});
  object.emplace_back("service", distribution_json(counts.service));
  object.emplace_back("corrected", settings.expected_interval ? distribution_json(counts.corrected) : Json{});
  object.emplace_back("send_lag", settings.is_open_loop() ? distribution_json(counts.lag) : Json{});
  object.emplace_back("late_sends", counts.late_sends);
  object.emplace_back("client_cpu_ratio",
                      counts.worked.count() == 0
                          ? Json{}
                          : Json{static_cast<double>(counts.cpu.count()) / static_cast<double>(counts.worked.count())});
  object.emplace_back("histogram", histogram_json(counts.response));
  Json::Array rows;
  for (const LoadInterval& row : report.rows)
    rows.push_back(Json::Object{{"from_ns", row.from},
                                {"length_ns", row.length},
                                {"sent", row.sent},
                                {"answered", row.answered},
                                {"errors", row.errors},
                                {"waiting", row.waiting},
                                {"oldest_ns", row.oldest},
                                {"response", latency_json(row.response)}});
  object.emplace_back("intervals", std::move(rows));
}

}  // namespace echopool::client
