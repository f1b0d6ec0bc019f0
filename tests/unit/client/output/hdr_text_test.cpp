#include "output/hdr_text.hpp"

#include <boost/test/unit_test.hpp>

#include <sstream>

using namespace echopool::client;
using namespace std::chrono_literals;

namespace {

struct Line {
  double value, share;
  std::uint64_t count;
  std::string inverse;
};

std::vector<Line> lines_of(const std::string& text) {
  std::istringstream in{text};
  std::string skipped;
  std::getline(in, skipped);
  std::vector<Line> lines;
  for (Line line{}; in >> line.value >> line.share >> line.count >> line.inverse;) lines.push_back(line);
  return lines;
}

}  // namespace

BOOST_AUTO_TEST_CASE(the_lines_come_closer_to_all_samples_and_end_there) {
  Histogram samples;
  for (int i = 1; i <= 10'000; ++i) samples.record(i * 1us);
  const auto lines = lines_of(hdr_text(samples));
  BOOST_REQUIRE(lines.size() > 50U);
  BOOST_TEST(lines.front().share == 0);
  BOOST_TEST(lines.front().count == 1U);
  for (std::size_t i = 1; i < lines.size(); ++i) {
    BOOST_TEST(lines[i].value >= lines[i - 1].value);
    BOOST_TEST(lines[i].share > lines[i - 1].share);
    BOOST_TEST(lines[i].count >= lines[i - 1].count);
  }
  BOOST_TEST(lines.back().share == 1);
  BOOST_TEST(lines.back().value == 10);
  BOOST_TEST(lines.back().count == 10'000U);
  BOOST_TEST(lines.back().inverse == "inf");
  BOOST_TEST(lines[5].share == 0.5);  // five lines to the half
  BOOST_TEST(std::abs(lines[5].value - 5) < 0.05);
}

BOOST_AUTO_TEST_CASE(what_was_not_answered_is_said_and_nothing_at_all_is_no_line) {
  Histogram samples;
  BOOST_TEST(lines_of(hdr_text(samples)).empty());
  samples.record(1ms);
  samples.record_at_least(2s);
  BOOST_TEST(hdr_text(samples).find("#[Unanswered, with the time waited = 1]") != std::string::npos);
}
