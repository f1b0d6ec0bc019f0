// Tests: log_remote
#include "eventually.hpp"
#include "fake_syslog.hpp"
#include "temporary_directory.hpp"

#include <echopool/error.hpp>
#include <echopool/log.hpp>

#include <boost/test/unit_test.hpp>

#include <syslog.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>

using namespace echopool;
using namespace echopool::test;

namespace {

namespace utf = boost::unit_test;

boost::test_tools::assertion_result has_own_dev(utf::test_unit_id /*unit*/) {
  boost::test_tools::assertion_result result{may_have_own_dev()};
  result.message() << "needs a mount namespace of its own: run as root, or allow unprivileged user namespaces";
  return result;
}

constexpr std::array all_levels{LogLevel::debug,   LogLevel::info,  LogLevel::notice,
                                LogLevel::warning, LogLevel::error, LogLevel::critical};
constexpr std::array all_severities{LOG_DEBUG, LOG_INFO, LOG_NOTICE, LOG_WARNING, LOG_ERR, LOG_CRIT};

LogSettings local3() {
  LogSettings settings;
  settings.level = LogLevel::debug;
  settings.facility = "local3";
  settings.ident = "pool-test";
  return settings;
}

std::string facility_and_severity(const SyslogMessage& message) {
  return std::to_string(message.facility) + "/" + std::to_string(message.severity);
}

std::string tag() { return "pool-test[" + std::to_string(::getpid()) + "]: "; }

/// The next message of `daemon` without ident and pid, or what is wrong with it.
std::string next_text(FakeSyslog& daemon) {
  const auto datagram = daemon.receive();
  if (!datagram) return "(nothing came)";
  const auto message = parse_syslog(*datagram);
  if (!message || !message->rest.starts_with(tag())) return "(no syslog message of ours: " + *datagram + ")";
  return message->rest.substr(tag().size());
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_remote_syslog_gets_facility_severity_host_ident_and_pid) {
  for (const char* address : {"127.0.0.1:0", "[::1]:0"}) {
    FakeSyslog daemon{Endpoint::parse(address)};
    LogSettings settings = local3();
    settings.remote = daemon.endpoint().to_string();
    const Logging logging{settings};
    std::array<char, 65> host{};
    ::gethostname(host.data(), host.size() - 1);
    for (std::size_t i = 0; i < all_levels.size(); ++i) {
      log_event(all_levels[i], "hello", {{"n", i}});
      const auto message = parse_syslog(daemon.receive().value_or(""));
      BOOST_REQUIRE(message.has_value());
      BOOST_TEST(message->facility == LOG_LOCAL3);
      BOOST_TEST(message->severity == all_severities[i]);
      BOOST_TEST(message->rest == host.data() + (" " + tag()) + "hello n=" + std::to_string(i));
    }
  }
}

BOOST_AUTO_TEST_CASE(a_remote_host_may_have_a_name) {
  LogSettings settings = local3();
  settings.remote = "localhost:514";
  BOOST_CHECK_NO_THROW(Logging{settings});
}

BOOST_AUTO_TEST_CASE(an_unknown_remote_host_is_told_at_the_start) {
  LogSettings settings = local3();
  settings.remote = "host.invalid:514";
  BOOST_CHECK_EXCEPTION(Logging{settings}, StartError, [](const auto& error) {
    return std::string{error.what()}.starts_with("cannot find the host of log.remote 'host.invalid:514' (");
  });
}

BOOST_AUTO_TEST_CASE(a_line_too_long_for_one_datagram_is_seen_to_be_cut) {
  FakeSyslog daemon{Endpoint::parse("127.0.0.1:0")};
  LogSettings settings = local3();
  settings.remote = daemon.endpoint().to_string();
  const Logging logging{settings};
  for (std::size_t shift = 0; shift < 3; ++shift) {
    std::string text(900 + shift, 'x');
    for (int i = 0; i < 60; ++i) text += "€";
    log_event(LogLevel::info, text);
    const auto datagram = daemon.receive().value_or("");
    BOOST_TEST(datagram.size() <= 1024U);
    BOOST_TEST(datagram.size() > 1024U - 2 * 3 - 10);  // the header may be shorter than allowed for
    BOOST_TEST(datagram.ends_with("€…"));
  }
}

BOOST_AUTO_TEST_CASE(the_local_syslog_gets_facility_severity_ident_and_pid, *utf::precondition(has_own_dev)) {
  const auto told = with_own_dev([] {
    FakeSyslog daemon{"/dev/log"};
    const Logging logging{local3()};
    std::string all;
    for (const auto level : all_levels) {
      log_event(level, "hello", {{"text", "100%s of\nit"}});
      const auto datagram = daemon.receive().value_or("");
      const auto message = parse_syslog(datagram);
      if (!message || message->rest != tag() + R"(hello text="100%s of\nit")") return "unexpected: " + datagram;
      all += facility_and_severity(*message) + " ";
    }
    return all;
  });
  std::string expected;
  for (const int severity : all_severities) expected += facility_and_severity({LOG_LOCAL3, severity, {}}) + " ";
  BOOST_TEST(told == expected);
}

BOOST_AUTO_TEST_CASE(a_changed_facility_and_ident_are_used, *utf::precondition(has_own_dev)) {
  BOOST_TEST(with_own_dev([] {
               FakeSyslog daemon{"/dev/log"};
               Logging logging{local3()};
               log_event(LogLevel::info, "one");
               auto told = next_text(daemon);
               LogSettings settings = local3();
               settings.ident = "other";
               settings.facility = "mail";
               logging.reconfigure(settings);
               log_event(LogLevel::info, "two");
               const auto message = parse_syslog(daemon.receive().value_or(""));
               return told + " " + (message ? facility_and_severity(*message) + " " + message->rest : "");
             }).starts_with("one " + std::to_string(LOG_MAIL) + "/6 other["));
}

BOOST_AUTO_TEST_CASE(a_missing_syslog_costs_lines_until_it_appears, *utf::precondition(has_own_dev)) {
  BOOST_TEST(with_own_dev([] {
               const TemporaryDirectory directory;
               LogSettings settings = local3();
               settings.sinks.push_back(LogSink::file);
               settings.file = directory / "log";
               const Logging logging{settings};
               log_event(LogLevel::info, "into the void");
               if (!eventually([] { return log_lost() == 1; })) return std::string{"not counted"};
               FakeSyslog daemon{"/dev/log"};
               log_event(LogLevel::info, "heard");
               std::string told = next_text(daemon);
               told += "; " + next_text(daemon);
               static_cast<void>(eventually([&] { return count_of("\n", contents(settings.file)) == 3; }));
               if (count_of(R"(error log sink failed sink=syslog error="no syslog daemon at /dev/log)",
                            contents(settings.file)) != 1)
                 told += "; the file was not told: " + contents(settings.file);
               return told;
             }) == "heard; log records lost count=1 sink=syslog");
}

BOOST_AUTO_TEST_CASE(a_restarted_syslog_gets_the_next_line, *utf::precondition(has_own_dev)) {
  BOOST_TEST(with_own_dev([] {
               std::optional<FakeSyslog> daemon{"/dev/log"};
               const Logging logging{local3()};
               log_event(LogLevel::info, "one");
               std::string told = next_text(*daemon);
               daemon.reset();
               std::remove("/dev/log");
               daemon.emplace("/dev/log");
               log_event(LogLevel::info, "two");
               return told + " " + next_text(*daemon);
             }) == "one two");
}

BOOST_AUTO_TEST_CASE(a_hung_syslog_blocks_neither_the_program_nor_other_sinks_nor_the_end,
                     *utf::precondition(has_own_dev)) {
  constexpr std::uint64_t issued = 20'000;
  const auto told = with_own_dev([] {
    const TemporaryDirectory directory;
    FakeSyslog daemon{"/dev/log"};  // takes some datagrams (net.unix.max_dgram_qlen) and is not read
    LogSettings settings = local3();
    settings.sinks.push_back(LogSink::file);
    settings.file = directory / "log";
    Logging logging{settings};
    for (std::uint64_t i = 1; i <= issued; ++i) {
      log_event(LogLevel::info, "line");
      if (i % 5000 != 0) continue;  // let the file keep up
      if (!eventually([&] { return count_of("info line\n", contents(settings.file)) == i; }))
        return "the file has " + std::to_string(count_of("\n", contents(settings.file))) + " lines";
    }
    if (count_of(R"(log sink failed sink=syslog error="its queue of 16384 lines is full")", contents(settings.file)) !=
        1)
      return std::string{"the file was not told"};
    if (logging.close(std::chrono::milliseconds{200})) return std::string{"close() claims to have written everything"};
    const auto lost = log_lost();
    const auto received = daemon.drain();
    const bool balances = received + lost == issued || received + lost == issued + 1;  // the one it hung in
    return balances ? "balances" : std::to_string(received) + " received, " + std::to_string(lost) + " lost";
  });
  BOOST_TEST(told == "balances");
}

BOOST_AUTO_TEST_CASE(a_hung_syslog_can_be_exchanged_for_a_file, *utf::precondition(has_own_dev)) {
  BOOST_TEST(with_own_dev([] {
               const TemporaryDirectory directory;
               FakeSyslog daemon{"/dev/log"};
               LogSettings settings = local3();
               Logging logging{settings};
               for (int i = 0; i < 100; ++i) log_event(LogLevel::info, "line");
               settings.sinks = {LogSink::file};
               settings.file = directory / "log";
               logging.reconfigure(settings);
               log_event(LogLevel::info, "saved");
               static_cast<void>(eventually([&] { return !contents(settings.file).empty(); }));
               const bool ended = logging.close(std::chrono::milliseconds{100});
               return std::to_string(count_of("saved", contents(settings.file))) + (ended ? " ended" : " hung");
             }) == "1 hung");
}
