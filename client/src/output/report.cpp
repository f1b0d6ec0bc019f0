#include "output/report.hpp"

#include "output/latency_text.hpp"

#include <echopool/version.hpp>

namespace echopool::client {

Json::Object begin_report(std::string_view subcommand, const std::vector<std::string>& arguments) {
  Json::Array words{arguments.begin(), arguments.end()};
  return {{"schema", "echopool/" + std::string{subcommand}},
          {"schema_version", schema_version},
          {"program", Json::Object{{"name", "echopool"}, {"version", version()}}},
          {"arguments", std::move(words)}};
}

void end_report(Json::Object& report, const std::vector<std::string>& warnings, int exit_status) {
  report.emplace_back("warnings", Json::Array{warnings.begin(), warnings.end()});
  report.emplace_back("error", nullptr);
  report.emplace_back("exit_status", exit_status);
}

Json::Object failure_report(std::string_view subcommand, const std::vector<std::string>& arguments,
                            const std::string& message, int error, int exit_status) {
  Json::Object report = begin_report(subcommand, arguments);
  report.emplace_back("warnings", Json::Array{});
  report.emplace_back("error", Json::Object{{"message", message}, {"errno", error == 0 ? Json{} : Json{error}}});
  report.emplace_back("exit_status", exit_status);
  return report;
}

Json target_json(const Target& target, const Endpoint& peer, const Endpoint& local) {
  return Json::Object{{"host", target.host},
                      {"port", target.port},
                      {"transport", to_string(target.transport)},
                      {"address", peer.to_string()},
                      {"local_address", local.to_string()}};
}

namespace {

Json::Object latency_of(const Histogram& samples) {
  Json::Array at_least;
  const auto bound = [&](const char* key, std::optional<Nanoseconds> figure) {
    if (figure && samples.is_at_least(*figure)) at_least.push_back(key);
  };
  bound("min_ns", samples.min());
  bound("p50_ns", samples.supported_quantile(0.5));
  bound("p90_ns", samples.supported_quantile(0.9));
  bound("p99_ns", samples.supported_quantile(0.99));
  bound("p999_ns", samples.supported_quantile(0.999));
  bound("p9999_ns", samples.supported_quantile(0.9999));
  bound("max_ns", samples.max());
  if (samples.unfinished() > 0) at_least.push_back("mean_ns");
  const auto deviation = samples.unfinished() == 0 ? std::optional{samples.deviation()} : std::nullopt;
  return {{"count", samples.count()},
          {"min_ns", samples.min()},
          {"p50_ns", samples.supported_quantile(0.5)},
          {"p90_ns", samples.supported_quantile(0.9)},
          {"p99_ns", samples.supported_quantile(0.99)},
          {"p999_ns", samples.supported_quantile(0.999)},
          {"p9999_ns", samples.supported_quantile(0.9999)},
          {"max_ns", samples.max()},
          {"mean_ns", samples.mean()},
          {"stddev_ns", deviation},
          {"saturated", samples.saturated()},
          {"unanswered", samples.unfinished()},
          {"at_least", std::move(at_least)}};
}

}  // namespace

Json latency_json(const Histogram& samples) { return samples.count() == 0 ? Json{} : Json{latency_of(samples)}; }

Json distribution_json(const Histogram& samples) {
  if (samples.count() == 0) return {};
  Json::Object result = latency_of(samples);
  Json::Array buckets;
  for (const auto& bucket : samples.buckets()) buckets.push_back(Json::Array{bucket.from, bucket.to, bucket.count});
  result.emplace_back("buckets", std::move(buckets));
  return result;
}

Json histogram_json(const Histogram& samples) {
  Json::Array bars;
  for (const HistogramBar& bar : histogram_bars(samples))
    bars.push_back(Json::Object{{"from_ns", bar.from}, {"to_ns", bar.to}, {"count", bar.count}});
  return bars;
}

Json totals_json(const ProbeTotals& totals) {
  return Json::Object{{"sent", totals.probes() - totals.send_failed},
                      {"on_time", totals.on_time},
                      {"late", totals.late},
                      {"corrupt", totals.corrupt},
                      {"truncated", totals.truncated},
                      {"refused", totals.refused},
                      {"lost", totals.lost},
                      {"in_flight", totals.pending},
                      {"send_failed", totals.send_failed},
                      {"duplicates", totals.duplicates},
                      {"reordered", totals.reordered},
                      {"strays", totals.strays},
                      {"loss_ratio", totals.loss()}};
}

}  // namespace echopool::client
