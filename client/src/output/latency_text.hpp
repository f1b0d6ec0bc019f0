// Distributions of durations for people: a table of summaries, a picture of one. Internal. Pure functions, any thread.
#pragma once

#include "measure/histogram.hpp"

#include <string>
#include <vector>

namespace echopool::client {

struct LatencyRow {
  std::string label;
  const Histogram* samples;
};

/// min, p50, p90, p99, p99.9, max, mean, stddev of each row, side by side; below each other when that is too wide. A
/// percentile with too few samples beyond it is shown as `-`; columns without a value in any row are left out. `>= ` is
/// before a figure that samples whose end was not seen may make longer; there is no stddev then.
[[nodiscard]] std::string latency_table(const std::string& title, const std::vector<LatencyRow>& rows,
                                        std::size_t width);

struct HistogramBar {
  Nanoseconds from;
  Nanoseconds to;
  std::uint64_t count;
};

/// The samples in ranges that grow as 1, 2, 5 (finer where they lie close together) from the smallest to p99.9; the
/// last bar is the tail beyond.
[[nodiscard]] std::vector<HistogramBar> histogram_bars(const Histogram& samples);

/// Those bars as lines; `utf8` draws blocks instead of `#`.
[[nodiscard]] std::string draw_histogram(const Histogram& samples, std::size_t width, bool utf8);

}  // namespace echopool::client
