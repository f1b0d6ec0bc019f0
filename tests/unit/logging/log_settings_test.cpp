#include <echopool/log.hpp>

#include <boost/test/unit_test.hpp>

#include <vector>

using namespace echopool;

namespace {

/// What is wrong with the default settings, changed by `change`.
template <class Change>
std::string complaint(Change change) {
  LogSettings settings;
  change(settings);
  std::string all;
  for (const auto& sentence : settings.validate()) all += (all.empty() ? "" : "\n") + sentence;
  return all;
}

}  // namespace

BOOST_AUTO_TEST_CASE(the_defaults_can_be_used) { BOOST_TEST(LogSettings{}.validate().empty()); }

BOOST_AUTO_TEST_CASE(no_sinks_at_all_is_a_choice) {
  BOOST_TEST(complaint([](auto& s) { s.sinks.clear(); }).empty());
}

BOOST_AUTO_TEST_CASE(a_sink_cannot_be_named_twice) {
  BOOST_TEST(complaint([](auto& s) {
               s.sinks = {LogSink::syslog, LogSink::standard_error, LogSink::standard_error};
             }) == "log.sinks names 'stderr' twice");
}

BOOST_AUTO_TEST_CASE(a_facility_is_one_that_syslog_knows_and_a_process_may_use) {
  for (const char* name : {"daemon", "user", "local0", "local7", "authpriv"})
    BOOST_TEST(complaint([&](auto& s) { s.facility = name; }).empty());
  for (const char* name : {"", "local8", "Daemon", "kern"})
    BOOST_TEST(complaint([&](auto& s) { s.facility = name; }) ==
               "log.facility '" + std::string{name} +
                   "' is unknown; use one of auth, authpriv, cron, daemon, ftp, lpr, mail, news, syslog, user, uucp, "
                   "local0, local1, local2, local3, local4, local5, local6, local7");
}

BOOST_AUTO_TEST_CASE(an_ident_is_a_word_that_syslog_can_tell_from_the_pid) {
  for (const std::string ident : {"echopoold", "my-pool_2.x", "a/b"})
    BOOST_TEST(complaint([&](auto& s) { s.ident = ident; }).empty());
  for (const std::string& ident : {std::string{}, std::string{"two words"}, std::string{"a:b"}, std::string{"a[1]"},
                                   std::string{"new\nline"}, std::string(49, 'x')})
    BOOST_TEST(complaint([&](auto& s) { s.ident = ident; }) ==
               "log.ident '" + ident +
                   "' cannot be a program's name in syslog; use 1 to 48 letters, digits and signs except ':[]'");
}

BOOST_AUTO_TEST_CASE(a_remote_is_a_host_and_a_port) {
  for (const char* remote : {"loghost:514", "192.0.2.1:514", "[2001:db8::1]:514", "[fe80::1%eth0]:514"})
    BOOST_TEST(complaint([&](auto& s) { s.remote = remote; }).empty());
  for (const char* remote : {"", "loghost", "loghost:", ":514", "loghost:0", "loghost:65536", "loghost:-1",
                             "2001:db8::1:514", "[2001:db8::1]", "[]:514", "a b:514"})
    BOOST_TEST(complaint([&](auto& s) { s.remote = remote; }) ==
               "log.remote '" + std::string{remote} +
                   "' is not HOST:PORT; write for example loghost:514, 192.0.2.1:514 or [2001:db8::1]:514");
}

BOOST_AUTO_TEST_CASE(a_file_sink_needs_a_file_and_room_for_some_lines) {
  BOOST_TEST(complaint([](auto& s) { s.sinks = {LogSink::file}; }) ==
             "log.sinks names 'file', but log.file is empty; give it the path of the log file");
  BOOST_TEST(complaint([](auto& s) { s.file_rotate = 4095_B; }) == "log.file_rotate is too small; use 4 KiB or more");
}

BOOST_AUTO_TEST_CASE(everything_wrong_is_told_at_once) {
  LogSettings settings;
  settings.sinks = {LogSink::file};
  settings.facility = "x";
  settings.ident = "";
  settings.remote = "x";
  BOOST_TEST(settings.validate().size() == 4U);
}

BOOST_AUTO_TEST_CASE(a_program_that_says_nothing_is_known_in_syslog_by_its_own_name) {
  BOOST_TEST(program_name() == "log_settings_test");
  BOOST_TEST(LogSettings{}.ident == program_name());
}
