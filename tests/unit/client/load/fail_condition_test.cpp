#include "load/fail_condition.hpp"

#include <boost/test/unit_test.hpp>

#include <stdexcept>

using namespace echopool::client;

namespace {

std::string complaint(std::string_view text) {
  try {
    static_cast<void>(parse_fail_conditions(text));
  } catch (const std::invalid_argument& error) {
    return error.what();
  }
  return "accepted";
}

std::vector<std::string> failures(std::string_view conditions) {
  return check_fail_conditions(parse_fail_conditions(conditions),
                               [](const std::string& metric) -> std::optional<Figure> {
                                 if (metric == "p99") return Figure{7.13e6};
                                 if (metric == "loss") return Figure{0.002};
                                 if (metric == "rate") return Figure{20'000};
                                 if (metric == "p50") return Figure{3e6, true};
                                 return std::nullopt;
                               });
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_condition_that_holds_is_told_with_the_figure) {
  const auto told = failures("p99>5ms,loss>0.1%,rate<30k");
  BOOST_REQUIRE(told.size() == 3U);
  BOOST_TEST(told[0] == "p99>5ms: it was 7.13 ms");
  BOOST_TEST(told[1] == "loss>0.1%: it was 0.2%");
  BOOST_TEST(told[2] == "rate<30k: it was 20000");
}

BOOST_AUTO_TEST_CASE(a_condition_that_does_not_hold_says_nothing_at_the_limit_neither) {
  BOOST_TEST(failures("p99>8ms,loss>0.2%,loss>0.002,rate<20k,p99<1ms").empty());
}

BOOST_AUTO_TEST_CASE(a_figure_that_may_be_more_fails_wherever_it_does_not_rule_the_condition_out) {
  const auto told = failures("p50>2ms,p50>5ms,p50<5ms,p50<3ms");
  BOOST_REQUIRE(told.size() == 3U);
  BOOST_TEST(told[0] == "p50>2ms: it was at least 3.00 ms");
  BOOST_TEST(told[1] == "p50>5ms: it was at least 3.00 ms, and requests without an answer may make it more");
  BOOST_TEST(told[2] == "p50<5ms: it was at least 3.00 ms, and requests without an answer may make it more");
}

BOOST_AUTO_TEST_CASE(what_could_not_be_measured_fails) {
  const auto told = failures("p99.9>1s");
  BOOST_REQUIRE(told.size() == 1U);
  BOOST_TEST(told[0] == "p99.9>1s: too few answers to tell");
}

BOOST_AUTO_TEST_CASE(a_condition_that_cannot_be_read_is_refused_with_the_remedy) {
  BOOST_TEST(complaint("p99") == "'p99': write METRIC>LIMIT or METRIC<LIMIT, as in p99>5ms");
  BOOST_TEST(complaint("p99>5") == "accepted");  // seconds
  BOOST_TEST(complaint("p99>fast") == "'p99>fast': the limit must be a duration: 250us, 5ms");
  BOOST_TEST(complaint("loss>1ms") == "'loss>1ms': the limit must be a share: 0.1%, 0.001");
  BOOST_TEST(complaint("rate<") == "'rate<': the limit must be a number: 0, 20k");
  BOOST_TEST(complaint("throughput<1x") == "'throughput<1x': the limit must be bytes a second: 10M");
  BOOST_TEST(complaint("p99>1ms,") == "'': write METRIC>LIMIT or METRIC<LIMIT, as in p99>5ms");
  const std::string unknown = complaint("p98>1ms");
  BOOST_TEST(unknown.find("'p98>1ms': must begin with one of min, p50") == 0U);
  BOOST_TEST(unknown.find("did you mean 'p9") != std::string::npos);
}
