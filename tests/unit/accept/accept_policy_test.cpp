#include "accept/accept_policy.hpp"

#include "printing.hpp"

#include <boost/test/unit_test.hpp>

#include <cerrno>

using namespace echopool;

BOOST_AUTO_TEST_CASE(every_known_errno_of_accept_has_its_verdict) {
  for (const int error : {EAGAIN, EWOULDBLOCK}) BOOST_TEST(classify_accept_error(error) == AcceptVerdict::wait, error);
  // accept(2): "Error handling" names the network errors that must be treated like EAGAIN.
  for (const int error : {EINTR, ECONNABORTED, EPROTO, EPERM, ENETDOWN, ENOPROTOOPT, EHOSTDOWN, ENONET, EHOSTUNREACH,
                          EOPNOTSUPP, ENETUNREACH, ETIMEDOUT, ESOCKTNOSUPPORT, EPROTONOSUPPORT})
    BOOST_TEST(classify_accept_error(error) == AcceptVerdict::retry, error);
  for (const int error : {EMFILE, ENFILE, ENOBUFS, ENOMEM, ENOSR})
    BOOST_TEST(classify_accept_error(error) == AcceptVerdict::back_off, error);
  for (const int error : {EBADF, EINVAL, ENOTSOCK, EFAULT})
    BOOST_TEST(classify_accept_error(error) == AcceptVerdict::give_up, error);
}

BOOST_AUTO_TEST_CASE(an_errno_nobody_has_heard_of_neither_stops_nor_spins_the_loop) {
  BOOST_TEST(classify_accept_error(0) == AcceptVerdict::back_off);
  BOOST_TEST(classify_accept_error(12345) == AcceptVerdict::back_off);
}
