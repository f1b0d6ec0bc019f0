#include "output/hdr_text.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

namespace echopool::client {
namespace {

constexpr double ticks_per_half_distance = 5;

double in_ms(Nanoseconds time) { return static_cast<double>(time.count()) / 1e6; }

std::string line(Nanoseconds value, double share, std::uint64_t count) {
  std::array<char, 128> text{};
  std::snprintf(text.data(), text.size(), "%12.6f %14.12f %10llu %14.2f\n", in_ms(value), share,
                static_cast<unsigned long long>(count), 1 / (1 - share));
  return text.data();
}

double next(double share) {
  const double halvings = std::floor(std::log2(1 / (1 - share))) + 1;
  return share + 1 / (ticks_per_half_distance * std::exp2(halvings));
}

}  // namespace

std::string hdr_text(const Histogram& samples) {
  std::string text = "       Value     Percentile TotalCount 1/(1-Percentile)\n\n";
  const auto buckets = samples.buckets();
  std::uint64_t seen = 0;
  auto bucket = buckets.begin();
  for (double share = 0; bucket != buckets.end(); share = next(share)) {
    const auto wanted = static_cast<std::uint64_t>(std::ceil(share * static_cast<double>(samples.count())));
    while (bucket != buckets.end() && seen < std::max<std::uint64_t>(wanted, 1)) seen += (bucket++)->count;
    if (bucket != buckets.end()) text += line(samples.quantile(share), share, seen);
  }
  if (samples.count() > 0) text += line(samples.max(), 1, samples.count());
  std::array<char, 256> end{};
  std::snprintf(end.data(), end.size(),
                "#[Mean    = %12.6f, StdDeviation   = %12.6f]\n#[Max     = %12.6f, Total count    = %12llu]\n"
                "#[Buckets = %12d, SubBuckets     = %12d]\n",
                in_ms(samples.mean()), in_ms(samples.deviation()), in_ms(samples.max()),
                static_cast<unsigned long long>(samples.count()), Histogram::powers, Histogram::buckets_of_a_power);
  text += end.data();
  if (samples.unfinished() > 0)
    text += "#[Unanswered, with the time waited = " + std::to_string(samples.unfinished()) + "]\n";
  return text;
}

}  // namespace echopool::client
