#include "check/threshold.hpp"

#include <boost/test/unit_test.hpp>

using namespace echopool::client;

namespace {

bool alerts(std::string_view range, double value) { return Threshold::parse(range).value().alerts(value); }
std::string written(std::string_view range) { return Threshold::parse(range).value().to_string(); }

}  // namespace

BOOST_AUTO_TEST_CASE(each_form_of_the_guidelines_alerts_where_they_say) {
  // 10: below 0 or above 10
  BOOST_TEST(!alerts("10", 0));
  BOOST_TEST(!alerts("10", 10));
  BOOST_TEST(alerts("10", 10.1));
  // 10: below 10
  BOOST_TEST(alerts("10:", 9.9));
  BOOST_TEST(!alerts("10:", 10));
  BOOST_TEST(!alerts("10:", 1e9));
  // ~:10: above 10
  BOOST_TEST(!alerts("~:10", -5));
  BOOST_TEST(alerts("~:10", 11));
  // 10:20: outside
  BOOST_TEST(alerts("10:20", 9));
  BOOST_TEST(!alerts("10:20", 15));
  BOOST_TEST(alerts("10:20", 21));
  // -10:10: numbers may be negative
  BOOST_TEST(alerts("-10:10", -10.5));
  BOOST_TEST(!alerts("-10:10", -10));
  // ~: is everything, @~: alerts always, @10 inside 0 to 10
  BOOST_TEST(!alerts("~:", -1e9));
  BOOST_TEST(alerts("@~:", 0));
  BOOST_TEST(alerts("@10", 0));
  BOOST_TEST(!alerts("@10", 11));
  // a fraction as well as a whole number
  BOOST_TEST(alerts("0.25", 0.2501));
  BOOST_TEST(!alerts(".25", 0.25));
  // @10:20: inside, borders included
  BOOST_TEST(alerts("@10:20", 10));
  BOOST_TEST(alerts("@10:20", 20));
  BOOST_TEST(!alerts("@10:20", 9));
}

BOOST_AUTO_TEST_CASE(durations_are_understood_and_written_in_seconds) {
  BOOST_TEST(written("100ms") == "0.1");
  BOOST_TEST(written("0.5") == "0.5");
  BOOST_TEST(written("1us") == "0.000001");  // no exponent: parsers of performance data know none
  BOOST_TEST(written("10000000") == "10000000");
  BOOST_TEST(written("10:") == "10:");
  BOOST_TEST(written("~:10") == "~:10");
  BOOST_TEST(written("10:20") == "10:20");
  BOOST_TEST(written("@10ms:20ms") == "@0.01:0.02");
  BOOST_TEST(written(":5") == "5");
  BOOST_TEST(written("-1:5") == "-1:5");
  BOOST_TEST(written("~:") == "~:");
  BOOST_TEST(written("0:") == "0:");
}

BOOST_AUTO_TEST_CASE(what_is_no_range_is_refused) {
  for (const char* text :
       {"", "x", "20:10", "10:20:30", "@", "~", "-1", "--1:2", "-2:-3", "~:~", "1e3", "1:x", "x:1", ":~"})
    BOOST_TEST(!Threshold::parse(text).has_value(), text);
}
