#include "output/progress.hpp"

#include "pseudo_terminal.hpp"

#include <boost/test/unit_test.hpp>

using echopool::client::Progress;
using echopool::test::PseudoTerminal;

BOOST_AUTO_TEST_CASE(the_line_is_cut_to_the_terminal_and_removed_at_the_end) {
  PseudoTerminal terminal{30};
  {
    Progress progress{true};
    BOOST_REQUIRE(progress.live());
    progress.show(std::string(100, 'x'));
    BOOST_TEST(terminal.text() == "\r\033[K" + std::string(29, 'x'));
  }
  BOOST_TEST(terminal.text() == "\r\033[K");
}

BOOST_AUTO_TEST_CASE(nothing_is_shown_where_it_is_not_wanted) {
  const PseudoTerminal terminal;
  BOOST_TEST(!Progress{false}.live());
}
