#include "load/fail_condition.hpp"

#include "measure/format.hpp"
#include "quantity.hpp"
#include "suggestion.hpp"

#include <array>
#include <cmath>
#include <cstdio>
#include <stdexcept>

namespace echopool::client {
namespace {

using Unit = FailCondition::Unit;

struct Metric {
  std::string_view name;
  Unit unit;
};

constexpr std::array metrics{
    Metric{"min", Unit::duration},  Metric{"p50", Unit::duration},   Metric{"p90", Unit::duration},
    Metric{"p99", Unit::duration},  Metric{"p99.9", Unit::duration}, Metric{"p99.99", Unit::duration},
    Metric{"max", Unit::duration},  Metric{"mean", Unit::duration},  Metric{"loss", Unit::share},
    Metric{"errors", Unit::number}, Metric{"rate", Unit::number},    Metric{"throughput", Unit::number}};

[[noreturn]] void wrong(std::string_view text, const std::string& why) {
  throw std::invalid_argument{"'" + std::string{text} + "': " + why};
}

Metric metric_of(std::string_view name, std::string_view text) {
  std::vector<std::string_view> known;
  for (const Metric& metric : metrics) {
    if (metric.name == name) return metric;
    known.push_back(metric.name);
  }
  std::string list;
  for (const auto candidate : known) list.append(list.empty() ? "" : ", ").append(candidate);
  wrong(text, "must begin with one of " + list + did_you_mean(name, known));
}

std::optional<double> read_limit(std::string_view text, Metric metric) {
  switch (metric.unit) {
    case Unit::duration:
      if (const auto duration = parse_duration(text, NoUnit::is_seconds)) return static_cast<double>(duration->count());
      return std::nullopt;
    case Unit::share: {
      const bool percent = text.ends_with('%');
      if (percent) text.remove_suffix(1);
      const auto number = parse_rate(text);
      if (!number) return std::nullopt;
      return percent ? *number / 100 : *number;
    }
    case Unit::number:
      break;
  }
  if (metric.name != "throughput") return parse_rate(text);
  if (const auto bytes = parse_size(text)) return static_cast<double>(*bytes);
  return std::nullopt;
}

const char* remedy(Metric metric) {
  if (metric.name == "throughput") return "the limit must be bytes a second: 10M";
  switch (metric.unit) {
    case Unit::duration:
      return "the limit must be a duration: 250us, 5ms";
    case Unit::share:
      return "the limit must be a share: 0.1%, 0.001";
    case Unit::number:
      break;
  }
  return "the limit must be a number: 0, 20k";
}

FailCondition parse_one(std::string_view text) {
  const auto sign = text.find_first_of("<>");
  if (sign == std::string_view::npos) wrong(text, "write METRIC>LIMIT or METRIC<LIMIT, as in p99>5ms");
  const Metric metric = metric_of(text.substr(0, sign), text);
  const auto limit = read_limit(text.substr(sign + 1), metric);
  if (!limit) wrong(text, remedy(metric));
  return {std::string{metric.name}, text[sign] == '>', *limit, metric.unit, std::string{text}};
}

bool is_met(const FailCondition& condition, const Figure& figure) {
  return condition.above ? figure.value > condition.limit : figure.value < condition.limit && !figure.at_least;
}

/// Whether what a figure that is "at least" so much really was can meet the condition no more.
bool is_ruled_out(const FailCondition& condition, const Figure& figure) {
  return !condition.above && figure.value >= condition.limit;
}

std::string format_figure(double figure, Unit unit) {
  if (unit == Unit::duration) return format_duration(Nanoseconds{std::llround(figure)});
  std::array<char, 64> text{};
  if (unit == Unit::share)
    std::snprintf(text.data(), text.size(), "%.4g%%", figure * 100);
  else
    std::snprintf(text.data(), text.size(), "%.0f", figure);
  return text.data();
}

}  // namespace

std::vector<FailCondition> parse_fail_conditions(std::string_view text) {
  std::vector<FailCondition> conditions;
  for (;;) {
    const auto comma = text.find(',');
    conditions.push_back(parse_one(text.substr(0, comma)));
    if (comma == std::string_view::npos) return conditions;
    text.remove_prefix(comma + 1);
  }
}

std::vector<std::string> check_fail_conditions(const std::vector<FailCondition>& conditions, const Figures& figures) {
  std::vector<std::string> failures;
  for (const FailCondition& condition : conditions) {
    const auto figure = figures(condition.metric);
    if (!figure)
      failures.push_back(condition.text + ": too few answers to tell");
    else if (is_met(condition, *figure))
      failures.push_back(condition.text + ": it was " + (figure->at_least ? "at least " : "") +
                         format_figure(figure->value, condition.unit));
    else if (figure->at_least && !is_ruled_out(condition, *figure))
      failures.push_back(condition.text + ": it was at least " + format_figure(figure->value, condition.unit) +
                         ", and requests without an answer may make it more");
  }
  return failures;
}

}  // namespace echopool::client
