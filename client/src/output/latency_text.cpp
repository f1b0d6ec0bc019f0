#include "output/latency_text.hpp"

#include "measure/format.hpp"
#include "output/text_table.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>
#include <span>
#include <string_view>

namespace echopool::client {
namespace {

struct Metric {
  const char* name;
  std::optional<Nanoseconds> (*of)(const Histogram&);
};

constexpr std::array metrics{
    Metric{"min", [](const Histogram& h) { return std::optional{h.min()}; }},
    Metric{"p50", [](const Histogram& h) { return h.supported_quantile(0.5); }},
    Metric{"p90", [](const Histogram& h) { return h.supported_quantile(0.9); }},
    Metric{"p99", [](const Histogram& h) { return h.supported_quantile(0.99); }},
    Metric{"p99.9", [](const Histogram& h) { return h.supported_quantile(0.999); }},
    Metric{"max", [](const Histogram& h) { return std::optional{h.max()}; }},
    Metric{"mean", [](const Histogram& h) { return std::optional{h.mean()}; }},
    Metric{"stddev",
           [](const Histogram& h) { return h.unfinished() == 0 ? std::optional{h.deviation()} : std::nullopt; }},
};

std::string cell(const Metric& metric, const Histogram& samples) {
  const auto value = samples.count() == 0 ? std::nullopt : metric.of(samples);
  if (!value) return "-";
  const bool is_mean = std::string_view{metric.name} == "mean";
  const bool at_least = is_mean ? samples.unfinished() > 0 : samples.is_at_least(*value);
  return (at_least ? ">= " : "") + format_duration(*value);
}

constexpr std::array coarse{1.0, 2.0, 5.0};
constexpr std::array fine{1.0, 1.2, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 8.0};

/// The borders `steps` times 10^k from the last at or below `low` to the first above `high`.
std::vector<Nanoseconds> borders(Nanoseconds low, Nanoseconds high, std::span<const double> steps) {
  std::vector<Nanoseconds> result;
  for (double decade = 1; decade < 1e15; decade *= 10) {
    for (const double step : steps) {
      const Nanoseconds border{std::llround(step * decade)};
      if (!result.empty() && border <= result.back()) continue;
      if (border <= low) result.clear();
      result.push_back(border);
      if (border > high) return result;
    }
  }
  return result;
}

}  // namespace

std::string latency_table(const std::string& title, const std::vector<LatencyRow>& rows, std::size_t width) {
  TextTable table;
  std::vector<std::string> head{title};
  for (const LatencyRow& row : rows) head.push_back(row.label);
  table.add(head);
  for (const Metric& metric : metrics) {
    std::vector<std::string> line{metric.name};
    bool known = false;
    for (const LatencyRow& row : rows) {
      line.push_back(cell(metric, *row.samples));
      known = known || line.back() != "-";
    }
    if (known) table.add(line);
  }
  // A row for each distribution, unless that is too wide.
  const TextTable wide = table.transposed();
  return wide.width() <= width ? wide.to_string() : table.to_string();
}

std::vector<HistogramBar> histogram_bars(const Histogram& samples) {
  std::vector<HistogramBar> bars;
  if (samples.count() == 0) return bars;
  const Nanoseconds low = std::max(samples.min(), Nanoseconds{1});
  const Nanoseconds high = std::max(samples.quantile(0.999), low);
  auto limits = borders(low, high, coarse);
  if (limits.size() < 7) limits = borders(low, high, fine);
  limits.front() = std::min(limits.front(), samples.min());
  for (std::size_t i = 0; i + 1 < limits.size(); ++i)
    bars.push_back({limits[i], limits[i + 1], samples.count_between(limits[i], limits[i + 1])});
  const std::uint64_t tail = samples.count_between(limits.back(), Histogram::longest + Nanoseconds{1});
  if (tail > 0) bars.push_back({limits.back(), samples.max(), tail});
  return bars;
}

std::string draw_histogram(const Histogram& samples, std::size_t width, bool utf8) {
  const auto bars = histogram_bars(samples);
  std::uint64_t most = 0;
  for (const HistogramBar& bar : bars) most = std::max(most, bar.count);
  TextTable table;
  for (const HistogramBar& bar : bars)
    table.add({format_duration(bar.from), "-", format_duration(bar.to), format_count(bar.count)});
  const std::size_t room = width > table.width() + 6 ? width - table.width() - 4 : 2;
  std::string text;
  for (std::size_t i = 0; i < bars.size(); ++i) {
    const double share = static_cast<double>(bars[i].count) / static_cast<double>(most);
    const auto length = static_cast<std::size_t>(std::ceil(share * static_cast<double>(room)));
    text.append("  ").append(table.line(i)).append("  ");
    for (std::size_t dot = 0; dot < length; ++dot) text += utf8 ? "\u2588" : "#";
    text += '\n';
  }
  return text;
}

}  // namespace echopool::client
