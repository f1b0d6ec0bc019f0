// What a Handler may be made from, and how often what it was made from is destroyed.
#include <echopool/handler.hpp>
#include <echopool/testing.hpp>

#include <boost/test/unit_test.hpp>

#include <functional>
#include <memory>
#include <utility>

using namespace echopool;
using echopool::testing::ScriptedPeer;

namespace {

Next close_at_once(Session&) { return Next::close; }

/// Counts destructions, also those of a moved-from object.
struct Counted {
  explicit Counted(int& count) noexcept : destroyed{count} {}
  Counted(const Counted&) = delete;
  Counted& operator=(const Counted&) = delete;
  ~Counted() { ++destroyed; }
  Next operator()(Session&) { return Next::close; }
  int& destroyed;
};

}  // namespace

BOOST_AUTO_TEST_CASE(a_handler_may_be_movable_only) {
  ScriptedPeer peer{[answer = std::make_unique<std::string>("hello\n")](Session& session) {
    session.write(*answer);
    return Next::close;
  }};
  peer.sends("x");
  BOOST_TEST(peer.run().calls == 1U);
  BOOST_TEST(peer.received() == "hello\n");
}

BOOST_AUTO_TEST_CASE(a_factory_may_be_movable_only_and_make_handlers_that_cannot_be_moved) {
  int destroyed = 0;
  {
    ScriptedPeer peer{[&destroyed, held = std::make_unique<int>(1)] { return Counted{destroyed}; }};
    peer.sends("x");
    BOOST_TEST(peer.run().calls == 1U);
  }
  BOOST_TEST(destroyed == 1);
}

BOOST_AUTO_TEST_CASE(an_empty_handler_is_refused_where_it_is_made) {
  BOOST_CHECK_THROW(Handler{std::function<Next(Session&)>{}}, std::invalid_argument);
  BOOST_CHECK_THROW(Handler{std::function<void(Session&)>{}}, std::invalid_argument);
  BOOST_CHECK_THROW(Handler{static_cast<Next (*)(Session&)>(nullptr)}, std::invalid_argument);
  BOOST_CHECK_THROW(Handler{std::function<std::function<Next(Session&)>()>{}}, std::invalid_argument);
  BOOST_CHECK_NO_THROW(Handler{close_at_once});
}

BOOST_AUTO_TEST_CASE(a_factory_that_makes_an_empty_handler_ends_the_connection_as_a_handler_error) {
  ScriptedPeer peer{[] { return std::function<Next(Session&)>{}; }};
  peer.sends("x");
  BOOST_TEST((peer.run().ended == EndReason::handler_error));
}

BOOST_AUTO_TEST_CASE(copies_of_a_handler_share_it) {
  int calls = 0;
  const Handler one{[&calls](Session&) {
    ++calls;
    return Next::close;
  }};
  const Handler two = one;
  BOOST_TEST(one.shared() == two.shared());
}
