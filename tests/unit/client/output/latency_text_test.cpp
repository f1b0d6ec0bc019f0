#include "output/latency_text.hpp"

#include "printing.hpp"

#include <boost/test/unit_test.hpp>

using namespace echopool::client;
using namespace std::chrono_literals;

namespace {

Histogram spread(int count) {
  Histogram samples;
  for (int i = 1; i <= count; ++i) samples.record(i * 1us);
  return samples;
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_wide_table_has_a_row_for_each_distribution_and_a_narrow_one_a_column) {
  Histogram samples;
  samples.record(100us);
  samples.record(300us);
  const std::vector<LatencyRow> rows{{"application", &samples}, {"network", &samples}};
  BOOST_TEST(latency_table("round trip", rows, 80) ==
             "round trip      min     max    mean  stddev\n"
             "application  100 us  300 us  200 us  100 us\n"
             "network      100 us  300 us  200 us  100 us\n");
  BOOST_TEST(latency_table("round trip", rows, 40) ==
             "round trip  application  network\n"
             "min              100 us   100 us\n"
             "max              300 us   300 us\n"
             "mean             200 us   200 us\n"
             "stddev           100 us   100 us\n");
}

BOOST_AUTO_TEST_CASE(a_percentile_without_enough_samples_is_not_shown) {
  const Histogram few = spread(999);
  const Histogram enough = spread(1000);
  BOOST_TEST(latency_table("", {{"", &few}}, 80).find("p99") == std::string::npos);
  BOOST_TEST(latency_table("", {{"", &enough}}, 80).find("p99 ") != std::string::npos);
  const std::string both = latency_table("", {{"few", &few}, {"enough", &enough}}, 30);
  BOOST_TEST(both.find("p99           -   990 us") != std::string::npos, both);
}

BOOST_AUTO_TEST_CASE(the_bars_cover_every_sample_once_from_the_smallest_to_the_largest) {
  for (const int count : {1, 2, 30, 1000, 50'000}) {
    const Histogram samples = spread(count);
    const auto bars = histogram_bars(samples);
    BOOST_TEST_CONTEXT(count) {
      std::uint64_t total = 0;
      for (std::size_t i = 0; i < bars.size(); ++i) {
        total += bars[i].count;
        if (i > 0) BOOST_TEST(bars[i].from == bars[i - 1].to);
      }
      BOOST_TEST(total == samples.count());
      BOOST_TEST(bars.front().from <= samples.min());
      BOOST_TEST(bars.back().to >= samples.max());
      BOOST_TEST(bars.size() <= 25U);
    }
  }
}

BOOST_AUTO_TEST_CASE(an_outlier_does_not_stretch_the_picture) {
  Histogram samples = spread(100'000);
  samples.record(30s);
  const auto bars = histogram_bars(samples);
  BOOST_TEST(bars.size() <= 25U);
  BOOST_TEST(bars.back().to == 30s);
  BOOST_TEST(bars[bars.size() - 2].to < 1s);
}

BOOST_AUTO_TEST_CASE(the_picture_keeps_to_the_width_and_draws_the_longest_bar_full) {
  const Histogram samples = spread(1000);
  for (const std::size_t width : {40U, 80U}) {
    const std::string text = draw_histogram(samples, width, false);
    std::size_t start = 0;
    std::size_t longest = 0;
    for (auto end = text.find('\n'); end != std::string::npos; start = end + 1, end = text.find('\n', start))
      longest = std::max(longest, end - start);
    BOOST_TEST(longest <= width);
    BOOST_TEST(longest >= width - 4);
  }
  BOOST_TEST(draw_histogram(Histogram{}, 80, false) == "");
}

BOOST_AUTO_TEST_CASE(a_figure_that_may_be_longer_is_marked_and_there_is_no_stddev) {
  Histogram samples;
  for (int i = 0; i < 90; ++i) samples.record(1ms);
  for (int i = 0; i < 10; ++i) samples.record_at_least(2s);
  const std::string text = latency_table("", {{"response", &samples}}, 200);
  BOOST_TEST(text.find(">= 2.00 s") != std::string::npos, text);
  BOOST_TEST(text.find(">= 201 ms") != std::string::npos, text);  // the mean
  BOOST_TEST(text.find(">= 1.00 ms") == std::string::npos, text);
  BOOST_TEST(text.find("stddev") == std::string::npos, text);
}
