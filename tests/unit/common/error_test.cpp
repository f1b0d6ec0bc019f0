#include <echopool/error.hpp>

#include <boost/test/unit_test.hpp>

#include <cerrno>
#include <type_traits>

using namespace echopool;

BOOST_AUTO_TEST_CASE(the_reason_stands_between_what_failed_and_what_to_do) {
  BOOST_TEST(StartError(EACCES, "cannot bind; use another port").what() ==
             std::string{"cannot bind: Permission denied; use another port"});
  BOOST_TEST(StartError(EACCES, "cannot bind").what() == std::string{"cannot bind: Permission denied"});
  BOOST_TEST(StartError(EACCES, "cannot bind").code().value() == EACCES);
}

BOOST_AUTO_TEST_CASE(without_an_errno_there_is_no_reason_to_add) {
  BOOST_TEST(StartError(0, "two of them; keep one").what() == std::string{"two of them; keep one"});
}

BOOST_AUTO_TEST_CASE(a_copy_does_not_throw) { BOOST_TEST(std::is_nothrow_copy_constructible_v<StartError>); }

BOOST_AUTO_TEST_CASE(every_kind_of_io_error_has_a_name_of_its_own) {
  BOOST_TEST(to_string(IoErrorKind::truncated) == "truncated");
  BOOST_TEST(to_string(IoErrorKind::receive_timeout) == "receive_timeout");
  BOOST_TEST(to_string(IoErrorKind::message_timeout) == "message_timeout");
  BOOST_TEST(to_string(IoErrorKind::send_timeout) == "send_timeout");
  BOOST_TEST(to_string(IoErrorKind::session_limit) == "session_limit");
  BOOST_TEST(to_string(IoErrorKind::message_too_long) == "message_too_long");
  BOOST_TEST(to_string(IoErrorKind::reset) == "reset");
  BOOST_TEST(to_string(IoErrorKind::stopping) == "stopping");
  BOOST_TEST(to_string(IoErrorKind::system) == "system");
}
