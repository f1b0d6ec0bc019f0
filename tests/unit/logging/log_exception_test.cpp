#include "temporary_directory.hpp"

#include <echopool/log.hpp>
#include <echopool/traceback.hpp>

#include <boost/test/unit_test.hpp>

#include <regex>
#include <stdexcept>

using namespace echopool;
using namespace echopool::test;

namespace echopool::test {

struct HandlerError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

constexpr int throw_line = __LINE__ + 1;
[[gnu::noinline]] void failing_handler() { throw HandlerError{"bad\nrequest"}; }

}  // namespace echopool::test

namespace {

/// What log_exception() writes for what `thrower` throws.
template <class Throw>
std::string logged(bool traceback, Throw thrower) {
  const TemporaryDirectory directory;
  LogSettings settings;
  settings.sinks = {LogSink::file};
  settings.file = directory / "log";
  settings.traceback = traceback;
  Logging logging{settings};
  try {
    thrower();
    log_exception(LogLevel::error, "handler failed", {{"id", 17}});
  } catch (...) {
    log_exception(LogLevel::error, "handler failed", {{"id", 17}});
  }
  BOOST_TEST(logging.close(std::chrono::seconds{20}));
  return std::regex_replace(contents(settings.file), std::regex{"(^|\n)[-0-9:.TZ]{24} "}, "$1");
}

}  // namespace

BOOST_AUTO_TEST_CASE(type_and_message_are_logged) {
  BOOST_TEST(logged(false, failing_handler) ==
             "error handler failed id=17 type=echopool::test::HandlerError what=\"bad\\nrequest\"\n");
  BOOST_TEST(logged(false, [] { throw 42; }) == "error handler failed id=17 type=int\n");
  BOOST_TEST(logged(false, [] {}) == "error handler failed id=17 type=none\n");
}

BOOST_AUTO_TEST_CASE(without_the_archives_hook_an_exception_is_logged_without_a_stack) {
  BOOST_TEST(logged(true, failing_handler) ==
             "error handler failed id=17 type=echopool::test::HandlerError what=\"bad\\nrequest\"\n");
}

BOOST_AUTO_TEST_CASE(a_traceback_names_the_function_that_threw_and_its_line) {
  enable_tracebacks();
  const auto text = logged(true, failing_handler);
  BOOST_TEST_INFO(text);
  BOOST_TEST(
      text.starts_with("error handler failed id=17 type=echopool::test::HandlerError what=\"bad\\nrequest\" trace="));
  std::smatch parts;
  const std::regex shape{
      " trace=(\\d+)\nerror traceback trace=(\\d+) frame=0 at=\"echopool::test::failing_handler\\(\\) "
      "\\([^\"]*log_exception_test\\.cpp:" +
      std::to_string(throw_line) + "\\)\"\nerror traceback trace=\\d+ frame=1 at="};
  BOOST_REQUIRE(std::regex_search(text, parts, shape));
  BOOST_TEST(parts[1] == parts[2]);
  BOOST_TEST(text.find("main") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(an_exception_below_the_level_is_not_logged) {
  const TemporaryDirectory directory;
  LogSettings settings;
  settings.sinks = {LogSink::file};
  settings.file = directory / "log";
  settings.level = LogLevel::critical;
  settings.traceback = true;
  Logging logging{settings};
  try {
    failing_handler();
  } catch (...) {
    log_exception(LogLevel::error, "handler failed");
  }
  BOOST_TEST(logging.close());
  BOOST_TEST(contents(settings.file) == "");
}
