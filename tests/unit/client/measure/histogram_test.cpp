#include "measure/histogram.hpp"

#include "printing.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <cmath>
#include <random>

using namespace echopool::client;
using namespace std::chrono_literals;

BOOST_AUTO_TEST_CASE(every_percentile_is_within_half_a_percent_of_the_sorted_samples) {
  std::mt19937_64 random{1};
  std::lognormal_distribution<double> spread{10, 2};
  Histogram histogram;
  std::vector<std::int64_t> sorted;
  for (int i = 0; i < 100'000; ++i) {
    sorted.push_back(static_cast<std::int64_t>(spread(random)) + 1);
    histogram.record(Nanoseconds{sorted.back()});
  }
  std::sort(sorted.begin(), sorted.end());
  for (const double share : {0.0, 0.01, 0.5, 0.9, 0.99, 0.999, 0.9999, 1.0}) {
    const auto rank = std::max<std::size_t>(1, static_cast<std::size_t>(std::ceil(share * 100'000)));
    const auto exact = static_cast<double>(sorted[rank - 1]);
    BOOST_TEST(std::abs(static_cast<double>(histogram.quantile(share).count()) - exact) <= exact * 0.005, share);
  }
  BOOST_TEST(histogram.min().count() == sorted.front());
  BOOST_TEST(histogram.max().count() == sorted.back());
}

BOOST_AUTO_TEST_CASE(small_values_are_exact) {
  for (int value = 0; value < 512; ++value) {
    Histogram histogram;
    histogram.record(Nanoseconds{value});
    BOOST_TEST(histogram.quantile(0.5).count() == value);
  }
}

BOOST_AUTO_TEST_CASE(what_is_too_long_is_counted_as_saturated_and_kept) {
  Histogram histogram;
  histogram.record(100h);
  histogram.record(1s);
  histogram.record(-5ns);
  BOOST_TEST(histogram.count() == 3U);
  BOOST_TEST(histogram.saturated() == 1U);
  BOOST_TEST((histogram.max() == Histogram::longest));
  BOOST_TEST(histogram.min() == 0ns);
  BOOST_TEST(Histogram::longest > 1h);
}

BOOST_AUTO_TEST_CASE(a_percentile_needs_ten_samples_beyond_it) {
  Histogram histogram;
  for (int i = 0; i < 999; ++i) histogram.record(1ms);
  BOOST_TEST(histogram.supported_quantile(0.98).has_value());
  BOOST_TEST(!histogram.supported_quantile(0.99).has_value());
  histogram.record(1ms);
  BOOST_TEST(histogram.supported_quantile(0.99).has_value());
}

BOOST_AUTO_TEST_CASE(merged_histograms_are_as_if_one_had_recorded_everything) {
  Histogram together, first, second;
  for (int i = 1; i <= 1000; ++i) {
    together.record(i * 1us);
    (i % 3 == 0 ? first : second).record(i * 1us);
  }
  first.merge(second);
  first.merge(Histogram{});
  BOOST_TEST(first.count() == together.count());
  BOOST_TEST(first.min() == together.min());
  BOOST_TEST(first.max() == together.max());
  BOOST_TEST(first.mean() == 500'500ns);
  BOOST_TEST(first.quantile(0.9) == together.quantile(0.9));
  BOOST_TEST(std::abs((first.deviation() - 288'675ns).count()) < 10);
}

BOOST_AUTO_TEST_CASE(an_empty_histogram_has_nothing_to_say) {
  const Histogram histogram;
  BOOST_TEST(histogram.count() == 0U);
  BOOST_TEST(histogram.quantile(0.5) == 0ns);
  BOOST_TEST(!histogram.supported_quantile(0).has_value());
  BOOST_TEST(histogram.mean() == 0ns);
  BOOST_TEST(histogram.deviation() == 0ns);
}

BOOST_AUTO_TEST_CASE(ranges_that_cover_everything_count_everything_once) {
  Histogram histogram;
  for (int i = 1; i <= 1000; ++i) histogram.record(i * 1us);
  std::uint64_t total = 0;
  for (auto from = 1us; from < 2000us; from *= 2) total += histogram.count_between(from, from * 2);
  BOOST_TEST(total == 1000U);
  histogram.record(100h);
  BOOST_TEST(histogram.count_between(1h, Histogram::longest + 1ns) == 1U);
}

BOOST_AUTO_TEST_CASE(what_had_not_ended_makes_every_figure_at_or_beyond_it_a_least) {
  Histogram histogram;
  for (int i = 1; i <= 900; ++i) histogram.record(i * 1us);
  BOOST_TEST(!histogram.is_at_least(histogram.max()));
  for (int i = 0; i < 100; ++i) histogram.record_at_least(1s);
  BOOST_TEST(histogram.count() == 1000U);
  BOOST_TEST(histogram.unfinished() == 100U);
  BOOST_TEST(!histogram.is_at_least(histogram.min()));
  BOOST_TEST(!histogram.is_at_least(histogram.quantile(0.9)));
  BOOST_TEST(histogram.is_at_least(histogram.quantile(0.91)));
  BOOST_TEST(histogram.is_at_least(histogram.max()));
  Histogram sooner;
  sooner.record_at_least(500us);
  histogram.merge(sooner);
  BOOST_TEST(histogram.unfinished() == 101U);
  BOOST_TEST(!histogram.is_at_least(histogram.quantile(0.4)));
  BOOST_TEST(histogram.is_at_least(histogram.quantile(0.9)));
}

BOOST_AUTO_TEST_CASE(its_buckets_hold_every_sample_within_the_promised_error) {
  Histogram histogram;
  for (Nanoseconds time = 1ns; time < 1h; time = time * 3 / 2 + 1ns) histogram.record(time);
  std::uint64_t total = 0;
  Nanoseconds last{-1};
  for (const auto& [from, to, count] : histogram.buckets()) {
    BOOST_TEST(from >= last);
    BOOST_TEST((to - from).count() <= std::max<std::int64_t>(1, from.count() / 256));
    BOOST_TEST(histogram.count_between(from, to) == count);
    total += count;
    last = to;
  }
  BOOST_TEST(total == histogram.count());
}
