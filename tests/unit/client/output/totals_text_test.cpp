#include "output/totals_text.hpp"

#include <boost/test/unit_test.hpp>

using namespace echopool::client;

BOOST_AUTO_TEST_CASE(the_totals_name_only_what_happened) {
  BOOST_TEST(describe(ProbeTotals{.on_time = 10}) == "10 sent, 10 answered (0 % loss)");
  BOOST_TEST(describe(ProbeTotals{.on_time = 1998, .late = 1, .lost = 1, .duplicates = 2}) ==
             "2,000 sent, 1,999 answered (0.0500 % loss), 1 lost, 1 late, 2 duplicate");
  BOOST_TEST(describe(ProbeTotals{.refused = 2}) == "2 sent, 0 answered (100 % loss), 2 refused");
  BOOST_TEST(describe(ProbeTotals{}) == "0 sent, 0 answered (0 % loss)");
}
