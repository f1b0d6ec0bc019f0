// The whole service under the system-call filter that its units ship with, where a call that is not allowed ends it.
#include "daemon.hpp"
#include "datagrams.hpp"
#include "disciplines.hpp"
#include "eventually.hpp"
#include "temporary_directory.hpp"

#include <boost/test/unit_test.hpp>

#include <signal.h>

#include <fstream>
#include <utility>

using namespace echopool;
using namespace echopool::test;

namespace {

boost::test_tools::assertion_result can_confine(boost::unit_test::test_unit_id /*unit*/) {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  boost::test_tools::assertion_result result{false};
  result.message() << "the sanitizers make system calls of their own";
  return result;
#else
  boost::test_tools::assertion_result result{is_installed("systemd-analyze") && is_installed("python3")};
  if (!result) result.message() << "systemd-analyze and python3 are needed";
  return result;
#endif
}

const std::string filter = source_file("packaging/systemd/confinement.conf");

std::vector<std::string> confined(std::vector<std::string> words) {
  words.insert(words.begin(), {"python3", source_file("tests/support/confined.py"), filter});
  return words;
}

/// A writer that does not read, until the server has told the deadlock and cut it off.
void stall(const Endpoint& server) {
  Client writer{server, 4'096};
  const std::string much(1'000'000, 'x');
  try {
    for (;;) writer.send(much);
  } catch (const std::system_error&) {
    return;
  }
}

void whole_service(IdleConnections idle) {
  const TemporaryDirectory folder;
  const std::string file = folder / "x.ini";
  const std::string log = folder / "log";
  std::ofstream{file}
      << "[timeouts]\nidle = 200ms\nsend = 200ms\nlinger = 50ms\n[log]\nlevel = debug\ntraceback = on\n";
  Program program{confined({built_program("echopoold"), "-c", file, discipline_flag(idle), "--tcp.listen=127.0.0.1:0",
                            "--udp.listen=127.0.0.1:0, [::1]:0", "--log.sinks=stderr, file, syslog",
                            "--log.file=" + log, "--process.pidfile=" + (folder / "pid"), "--limits.per_source=8"})};
  BOOST_TEST_REQUIRE(program.prints("listening transport=udp"), program.so_far().err);
  const Endpoint tcp = listening_address(program.so_far().err, "tcp");
  const Endpoint udp = listening_address(program.so_far().err, "udp");

  for (int i = 0; i < 20; ++i) BOOST_TEST(echoes_tcp(tcp, pattern(50'000)));
  BOOST_TEST(answers_datagrams(udp));
  Client silent{tcp};
  BOOST_TEST(silent.ended_cleanly());
  stall(tcp);
  BOOST_TEST(program.prints("reason=send_timeout deadlock=write-write"));
  Client reset{tcp};
  reset.send("x");
  reset.reset();
  std::ofstream{file} << "[access]\ndeny = 127.0.0.1\n[log]\nlevel = debug\n";
  program.signal(SIGHUP);
  BOOST_TEST(program.prints("reloaded file="));
  BOOST_TEST(!echoes_tcp(tcp));
  std::ofstream{file} << "nonsense";
  program.signal(SIGHUP);
  BOOST_TEST(program.prints("reload failed"));
  program.signal(SIGTERM);
  const ProgramResult result = program.finish();
  BOOST_TEST(result.status == 0, result.err);
}

}  // namespace

BOOST_AUTO_TEST_CASE(the_filter_bites, *boost::unit_test::precondition(can_confine)) {
  BOOST_TEST(run_program(confined({"/usr/bin/env", "true"})).status == 0);
  // sched_setscheduler(2) is among the calls that are taken away.
  BOOST_TEST(run_program(confined({"/usr/bin/env", "chrt", "--other", "0", "true"})).status == 128 + SIGSYS);
}

BOOST_AUTO_TEST_CASE(no_call_of_the_service_is_missing_parked, *boost::unit_test::precondition(can_confine)) {
  whole_service(IdleConnections::park);
}

BOOST_AUTO_TEST_CASE(no_call_of_the_service_is_missing_held, *boost::unit_test::precondition(can_confine)) {
  whole_service(IdleConnections::hold);
}

BOOST_AUTO_TEST_CASE(no_call_of_a_check_before_reloading_is_missing, *boost::unit_test::precondition(can_confine)) {
  const TemporaryDirectory folder;
  const std::string file = folder / "x.ini";
  std::ofstream{file} << "[pool]\nworkers = 4\n";
  const ProgramResult result = run_program(confined({built_program("echopoold"), "--check-config", "-c", file}));
  BOOST_TEST(result.status == 0, result.err);
}
