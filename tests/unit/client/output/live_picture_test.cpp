#include "output/live_picture.hpp"

#include "pseudo_terminal.hpp"

#include <boost/test/unit_test.hpp>

using echopool::client::LivePicture;
using echopool::test::PseudoTerminal;

BOOST_AUTO_TEST_CASE(a_picture_is_drawn_over_the_one_before_and_removed_at_the_end) {
  PseudoTerminal terminal;
  {
    LivePicture picture{true};
    BOOST_REQUIRE(picture.live());
    picture.show({"one", "two"});
    BOOST_TEST(terminal.text() == "\r\033[Kone\r\n\r\033[Ktwo\r\n");
    picture.show({"three"});
    BOOST_TEST(terminal.text() == "\033[2A\r\033[Kthree\r\n");
  }
  BOOST_TEST(terminal.text() == "\033[1A\r\033[J");
}

BOOST_AUTO_TEST_CASE(nothing_is_drawn_where_it_is_not_wanted_or_cannot_be) {
  const PseudoTerminal terminal;
  BOOST_TEST(!LivePicture{false}.live());
  ::setenv("TERM", "dumb", 1);
  BOOST_TEST(!LivePicture{true}.live());
}
