// `log.traceback` in the real daemon, and its price, a replaced __cxa_throw, for no other program.
#include "daemon.hpp"

#include <boost/test/unit_test.hpp>

using namespace echopool;
using namespace echopool::test;

namespace {

bool contains(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

/// The daemon's log after its handler has thrown.
std::string log_of_a_throw(const std::string& traceback) {
  ProgramSettings settings;
  settings.environment["LD_PRELOAD"] = built_file("tests/support/libthrowing-read.so");
  settings.environment["ASAN_OPTIONS"] = "detect_leaks=1:abort_on_error=1:verify_asan_link_order=0";
  Daemon daemon{{"--log.traceback=" + traceback}, settings};
  BOOST_TEST(!echoes_tcp(daemon.tcp()));
  BOOST_TEST(daemon.logs("reason=handler_error"));
  return daemon.stop().err;
}

std::string exported(const std::string& path) {
  const ProgramResult symbols = run_program({"nm", "-D", "--defined-only", path});
  BOOST_TEST_REQUIRE(symbols.status == 0, symbols.err);
  return symbols.out;
}

}  // namespace

BOOST_AUTO_TEST_CASE(an_exception_of_the_handler_is_followed_by_its_stack) {
  const std::string log = log_of_a_throw("on");
  BOOST_TEST_INFO(log);
  BOOST_TEST(contains(log, "error handler failed id=1 peer=127.0.0.1:"));
  BOOST_TEST(contains(log, "type=std::logic_error what=\"thrown on purpose\" trace=1\n"));
  BOOST_TEST(contains(log, "error traceback trace=1 frame=0 at=\"echopool::Session::read_some"));
  BOOST_TEST(contains(log, "echopool::echo(echopool::Session&)"));
}

BOOST_AUTO_TEST_CASE(with_tracebacks_off_it_is_one_line) {
  const std::string log = log_of_a_throw("off");
  BOOST_TEST(contains(log, "type=std::logic_error what=\"thrown on purpose\"\n"), log);
  BOOST_TEST(!contains(log, "trace"), log);
}

BOOST_AUTO_TEST_CASE(the_library_leaves_the_throw_of_its_users_alone) {
  const std::string library = exported(built_file("lib/libechopool.so"));
  BOOST_TEST(contains(library, "echopool6Server"));
  BOOST_TEST(!contains(library, "__cxa_"));
  BOOST_TEST(contains(exported(built_program("echopoold")), "__cxa_throw"));
}
