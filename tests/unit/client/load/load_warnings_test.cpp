// Tests: load_warnings, load_counts, load_context
#include "load/load_context.hpp"
#include "load/load_text.hpp"

#include <boost/test/unit_test.hpp>

using namespace echopool::client;
using namespace std::chrono_literals;

namespace {

bool tells(const std::vector<std::string>& notes, std::string_view part) {
  for (const std::string& note : notes)
    if (note.find(part) != std::string::npos) return true;
  return false;
}

LoadReport report_of(std::uint64_t answered, std::uint64_t lost) {
  LoadReport report;
  report.duration = 10s;
  report.counts.sent = answered + lost;
  report.counts.answered = answered;
  report.counts.lost = lost;
  return report;
}

LoadSettings open_loop() {
  LoadSettings settings;
  settings.rate = 100;
  settings.duration = 10s;
  return settings;
}

LoadReport limited(std::vector<LoadSecond> seconds) {
  LoadReport report = report_of(3000, 2000);
  report.counts.seconds = std::move(seconds);
  return report;
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_run_without_faults_has_no_notes) {
  BOOST_TEST(warnings(report_of(1000, 0), open_loop()).empty());
}

BOOST_AUTO_TEST_CASE(every_fault_of_a_run_has_a_note_of_its_own) {
  LoadReport report = report_of(900, 40);
  report.counts.unsent = 60;
  report.counts.broken[0] = 3;
  report.counts.broken_idle = 2;
  report.counts.lost_by_break = 1;
  report.silence = {2s, 4500ms};
  const auto notes = warnings(report, open_loop());
  BOOST_TEST(tells(notes, "100 of 1,000 requests (10 %) had no right answer"));
  BOOST_TEST(tells(notes, "nothing was answered for 2.50 s, from 2.00 s to 4.50 s"));
  BOOST_TEST(tells(notes, "only 94 % of the requests asked for could be sent"));
  BOOST_TEST(tells(notes, "3 connections broke: the server closed them"));
  BOOST_TEST(tells(notes, "1 answer was lost with the connections that broke; 2 of them broke while nothing was"));
}

BOOST_AUTO_TEST_CASE(connections_that_broke_for_nothing_are_errors_and_said_to_have_cost_no_answer) {
  LoadReport report = report_of(1000, 0);
  report.counts.broken[0] = 24;
  report.counts.broken_idle = 24;
  BOOST_TEST(tells(warnings(report, open_loop()), "no answer was lost with the connections that broke"));
  BOOST_TEST(report.errors() == 24U);
  BOOST_TEST(report.loss() == 0);
}

BOOST_AUTO_TEST_CASE(answers_that_are_as_many_in_every_second_fit_a_limit_of_the_rate) {
  LoadSettings settings = open_loop();
  settings.mode = LoadMode::datagram;
  const auto fits = [&](std::vector<LoadSecond> seconds) {
    return tells(warnings(limited(std::move(seconds)), settings), "fits a limit of the rate");
  };
  BOOST_TEST(fits({{5000, 1100}, {5000, 1000}, {5000, 1001}, {5000, 999}, {2000, 400}}));
  BOOST_TEST(!fits({{5000, 1100}, {5000, 1000}, {5000, 1040}, {5000, 970}, {2000, 400}}));  // chance
  BOOST_TEST(!fits({{1000, 1000}, {1000, 1000}, {1000, 1000}, {1000, 995}, {1000, 900}}));  // nothing is missing
  BOOST_TEST(!fits({{5000, 1100}, {5000, 1000}, {5000, 1001}, {2000, 400}}));               // too short to tell
  BOOST_TEST(!fits({{5000, 0}, {5000, 0}, {5000, 0}, {5000, 0}, {5000, 0}}));               // nobody is there
}

BOOST_AUTO_TEST_CASE(in_a_closed_loop_chance_would_spread_the_answers_farther) {
  LoadSettings settings;
  settings.mode = LoadMode::datagram;
  const auto fits = [&](std::vector<LoadSecond> seconds) {
    return tells(warnings(limited(std::move(seconds)), settings), "fits a limit of the rate");
  };
  BOOST_TEST(fits({{132, 116}, {116, 100}, {120, 104}, {116, 100}, {20, 0}}));
  BOOST_TEST(!fits({{132, 116}, {116, 100}, {140, 124}, {95, 79}, {20, 0}}));
}

BOOST_AUTO_TEST_CASE(the_rate_is_of_the_whole_time_and_the_loss_of_all_that_was_due) {
  LoadReport report = report_of(900, 40);
  report.counts.unsent = 60;
  BOOST_TEST(report.rate() == 90);
  BOOST_TEST(report.loss() == 0.1);
  BOOST_TEST(report.errors() == 100U);
}

BOOST_AUTO_TEST_CASE(what_has_no_answer_enters_the_distributions_with_its_age) {
  const LoadSettings settings = open_loop();
  RequestBudget budget{std::nullopt};
  LoadContext context{settings, budget, 1};
  context.measure_from = 0s;
  context.count_answer(1s, 1s, 1001ms);
  context.count_failure({1s, 2s}, &LoadCounts::lost);
  context.count_unsent(3s);
  context.count_ages(5s);
  BOOST_TEST(context.counts.due() == 3U);
  BOOST_TEST(context.counts.response.unfinished() == 2U);
  BOOST_TEST(context.counts.response.max().count() == Nanoseconds{4s}.count());
  BOOST_TEST(context.counts.service.unfinished() == 1U);
  BOOST_TEST(context.counts.service.max().count() == Nanoseconds{3s}.count());
  BOOST_TEST(context.counts.lag.unfinished() == 1U);
}

BOOST_AUTO_TEST_CASE(a_slow_answer_of_a_closed_loop_also_counts_for_the_requests_it_held_up) {
  LoadSettings settings;
  settings.expected_interval = 100ms;
  RequestBudget budget{std::nullopt};
  LoadContext context{settings, budget, 1};
  context.measure_from = 0s;
  context.count_answer(1s, 1s, 1010ms);
  BOOST_TEST(context.counts.corrected.count() == 1U);
  context.count_answer(1s, 1s, 2s);  // and nine that would have waited for 900, 800 … 100 ms
  BOOST_TEST(context.counts.corrected.count() == 11U);
  BOOST_TEST(context.counts.service.count() == 2U);
  BOOST_TEST(context.counts.corrected.min().count() == Nanoseconds{10ms}.count());
}
