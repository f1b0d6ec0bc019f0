// echopoold and a real syslog daemon: every line arrives, with its facility, severity, name and process id.
#include "daemon.hpp"
#include "datagrams.hpp"
#include "disciplines.hpp"
#include "fake_syslog.hpp"
#include "rsyslog.hpp"

#include <boost/test/unit_test.hpp>

#include <signal.h>

using namespace echopool;
using namespace echopool::test;
namespace utf = boost::unit_test;

namespace {

boost::test_tools::assertion_result with_rsyslog(utf::test_unit_id /*unit*/) {
  boost::test_tools::assertion_result result{have_rsyslog()};
  result.message() << "rsyslogd is not installed (apt-get install rsyslog)";
  return result;
}

boost::test_tools::assertion_result with_own_dev_log(utf::test_unit_id unit) {
  if (!have_rsyslog()) return with_rsyslog(unit);
  boost::test_tools::assertion_result result{may_have_own_dev()};
  result.message() << "no mount namespace of its own: needs root or unprivileged user namespaces";
  return result;
}

/// A UDP port that was free a moment ago.
Endpoint free_udp_address() { return UdpPeer{}.local(); }

/// Starts echopoold, has it serve one connection and stop, and returns its process id. Its log goes to syslog and to
/// its standard error, where the address is read.
std::string serve_once(const std::vector<std::string>& arguments) {
  std::vector<std::string> words{built_program("echopoold"), "--tcp.listen=127.0.0.1:0",
                                 "--udp.listen=", "--log.sinks=syslog,stderr", "--limits.connections=2"};
  words.insert(words.end(), arguments.begin(), arguments.end());
  Program program{words};
  if (!program.prints("listening transport=tcp")) return "echopoold does not listen: " + program.so_far().err;
  const std::string pid = std::to_string(program.pid());
  if (!echoes_tcp(listening_address(program.so_far().err, "tcp"))) return "no echo";
  if (!program.prints("connection closed")) return "no log line: " + program.so_far().err;
  program.signal(SIGHUP);
  if (!program.prints("reloaded")) return "not reloaded: " + program.so_far().err;
  program.signal(SIGTERM);
  const ProgramResult result = program.finish();
  return result.status == 0 ? pid : "status " + std::to_string(result.status);
}

/// What is missing in what was received, or `all there`.
std::string missing(const Rsyslog& syslog, const std::vector<std::string>& lines) {
  for (const std::string& line : lines)
    if (!syslog.receives(line)) return "no line with: " + line + "\nin:\n" + syslog.received();
  return "all there";
}

std::vector<std::string> expected_lines(const std::string& facility, const std::string& tag) {
  const auto line = [&](const std::string& severity, const std::string& text) {
    return facility + " " + severity + " " + tag + ": " + text;
  };
  return {line("notice", "started version="),
          line("info", "listening transport=tcp address=127.0.0.1:"),
          line("info", "connection closed id=1 peer=127.0.0.1:"),
          line("notice", "reloaded "),
          line("notice", "terminating signal=SIGTERM"),
          line("notice", "stopped drained=0 aborted=0")};
}

/// In a child process with a /dev of its own.
std::string log_to_dev_log(const std::string& discipline) {
  return with_own_dev([&discipline] {
    const Rsyslog syslog{"/dev/log"};
    const std::string pid = serve_once({discipline, "--log.facility=local5", "--log.ident=other"});
    return missing(syslog, expected_lines("local5", "other[" + pid + "]"));
  });
}

std::string detached_lines() {
  return with_own_dev([]() -> std::string {
    const Rsyslog syslog{"/dev/log"};
    const TemporaryDirectory folder;
    const ProgramResult command =
        run_daemon({"--daemon", "--tcp.listen=127.0.0.1:0", "--udp.listen=", "--process.pidfile=" + (folder / "pid"),
                    "--pool.idle=hold"});
    if (command.status != 0) return command.err;
    const std::string pid = contents(folder / "pid");
    ::kill(std::stoi(pid), SIGTERM);
    const std::string tag = "daemon notice echopoold[" + pid.substr(0, pid.size() - 1) + "]: ";
    return missing(syslog, {tag + "started version=", tag + "stopped drained=0 aborted=0"});
  });
}

std::string inetd_lines() {
  return with_own_dev([]() -> std::string {
    const Rsyslog syslog{"/dev/log"};
    const UdpPeer socket;
    ProgramSettings settings;
    settings.descriptors = {{0, socket.fd()}, {1, socket.fd()}, {2, socket.fd()}};
    const ProgramResult result = run_daemon({"--inetd", "--pool.workers=0", "--nonsense"}, settings);
    if (result.status != 2) return "status " + std::to_string(result.status);
    const std::string head = "start failed problem=\"";
    return missing(syslog, {head + "--pool.workers=0: must be a whole number from 1 to 4096", head + "unknown option"});
  });
}

/// A syslog daemon that has hung: its socket is there, and nothing reads from it.
std::string serve_with_stuck_syslog(const std::string& discipline) {
  return with_own_dev([&discipline]() -> std::string {
    const FakeSyslog stuck{"/dev/log"};
    Program program{{built_program("echopoold"), "--tcp.listen=127.0.0.1:0",
                     "--udp.listen=", "--log.sinks=syslog,stderr", discipline}};
    if (!program.prints("listening transport=tcp")) return "does not listen";
    const Endpoint server = listening_address(program.so_far().err, "tcp");
    for (int i = 0; i < 2'000; ++i)
      if (!echoes_tcp(server)) return "no echo at connection " + std::to_string(i);
    program.signal(SIGTERM);
    return "served, then ended with status " + std::to_string(program.finish().status);
  });
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_stuck_syslog_holds_up_neither_service_nor_stop_parked, *utf::precondition(with_own_dev_log)) {
  BOOST_TEST(serve_with_stuck_syslog("--pool.idle=park") == "served, then ended with status 0");
}

BOOST_AUTO_TEST_CASE(a_stuck_syslog_holds_up_neither_service_nor_stop_held, *utf::precondition(with_own_dev_log)) {
  BOOST_TEST(serve_with_stuck_syslog("--pool.idle=hold") == "served, then ended with status 0");
}

BOOST_AUTO_TEST_CASE(lines_reach_dev_log_parked, *utf::precondition(with_own_dev_log)) {
  BOOST_TEST(log_to_dev_log("--pool.idle=park") == "all there");
}

BOOST_AUTO_TEST_CASE(lines_reach_dev_log_held, *utf::precondition(with_own_dev_log)) {
  BOOST_TEST(log_to_dev_log("--pool.idle=hold") == "all there");
}

BOOST_AUTO_TEST_CASE(a_daemon_logs_to_syslog_unless_told_otherwise, *utf::precondition(with_own_dev_log)) {
  BOOST_TEST(detached_lines() == "all there");
}

BOOST_AUTO_TEST_CASE(from_inetd_even_a_wrong_configuration_is_said_in_syslog, *utf::precondition(with_own_dev_log)) {
  BOOST_TEST(inetd_lines() == "all there");
}

BOOST_AUTO_TEST_CASE(lines_reach_a_remote_host, *utf::precondition(with_rsyslog)) {
  const Endpoint address = free_udp_address();
  const Rsyslog syslog{address};
  const std::string pid = serve_once({"--log.remote=" + address.to_string()});
  BOOST_TEST(missing(syslog, expected_lines("daemon", "echopoold[" + pid + "]")) == "all there");
}
