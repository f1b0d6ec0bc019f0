// echopoold in the foreground: it serves, says so in its log, and stops as it is asked to.
// Tests: main, main_loop
#include "daemon.hpp"
#include "disciplines.hpp"
#include "eventually.hpp"
#include "loopback.hpp"
#include "temporary_directory.hpp"

#include <boost/test/unit_test.hpp>

#include <poll.h>
#include <signal.h>

using namespace echopool;
using namespace echopool::test;

namespace {

std::string line_with(const std::string& log, const std::string& part) {
  const auto at = log.find(part);
  if (at == std::string::npos) return "no line with " + part;
  return log.substr(at, log.find('\n', at) - at);
}

/// Sends until neither side takes any more: the server is inside a write that does not end.
void stall(Client& client) {
  const std::string block = pattern(65'536);
  pollfd writable{client.fd(), POLLOUT, 0};
  do {
    while (client.send_some(block) > 0) continue;
  } while (::poll(&writable, 1, 500) > 0);
}

}  // namespace

ECHOPOOL_TEST(tcp_and_udp_are_echoed_and_logged) {
  Daemon daemon{{discipline_flag(idle), "--log.level=debug"}};
  BOOST_TEST(daemon.log().find(" notice started version=") != std::string::npos);
  BOOST_TEST(line_with(daemon.log(), "started").find(idle == IdleConnections::park ? " idle=park" : " idle=hold") !=
             std::string::npos);
  BOOST_TEST(echoes_tcp(daemon.tcp(), pattern(1'000'000)));
  BOOST_TEST(echoes_udp(daemon.udp(), "datagram"));
  BOOST_TEST(echoes_udp(daemon.udp(), ""));
  BOOST_TEST(daemon.logs("connection opened id=1"));
  BOOST_TEST(daemon.logs("connection closed id=1"));
  const std::string closed = line_with(daemon.log(), "connection closed");
  BOOST_TEST(closed.find(" reason=peer_closed rx=1000000 tx=1000000 ") != std::string::npos, closed);

  const ProgramResult result = daemon.stop();
  BOOST_TEST(result.status == 0);
  BOOST_TEST(result.out == "");
  BOOST_TEST(result.err.find(" notice terminating signal=SIGTERM\n") != std::string::npos);
  BOOST_TEST(result.err.ends_with(" notice stopped drained=0 aborted=0\n"));
}

ECHOPOOL_TEST(the_first_signal_drains_what_is_open) {
  Daemon daemon{{discipline_flag(idle)}};
  Client waiting{daemon.tcp()};
  waiting.send("hello");
  BOOST_TEST(waiting.receive(5) == "hello");
  daemon.program().signal(SIGINT);
  BOOST_TEST(waiting.ended_cleanly());
  const ProgramResult result = daemon.program().finish();
  BOOST_TEST(result.status == 0);
  BOOST_TEST(result.err.find("terminating signal=SIGINT") != std::string::npos);
  BOOST_TEST(result.err.ends_with(" notice stopped drained=1 aborted=0\n"), result.err);
}

ECHOPOOL_TEST(a_second_signal_ends_at_once) {
  Daemon daemon{{discipline_flag(idle), "--timeouts.drain=1h", "--timeouts.send=off", "--timeouts.message=off"}};
  Client stuck{daemon.tcp(), 4096};
  stall(stuck);
  daemon.program().signal(SIGTERM);
  BOOST_REQUIRE(daemon.logs("terminating signal=SIGTERM"));
  daemon.program().signal(SIGINT);
  const ProgramResult result = daemon.program().finish();
  BOOST_TEST(result.status == 0);
  BOOST_TEST(result.err.find("terminating signal=SIGINT") != std::string::npos);
  BOOST_TEST(result.err.ends_with(" warning stopped drained=0 aborted=1\n"), result.err);
}

ECHOPOOL_TEST(what_does_not_finish_within_the_drain_time_is_cut_off) {
  Daemon daemon{{discipline_flag(idle), "--timeouts.drain=50ms", "--timeouts.send=off", "--timeouts.message=off"}};
  Client stuck{daemon.tcp(), 4096};
  stall(stuck);
  const ProgramResult result = daemon.stop();
  BOOST_TEST(result.status == 0);
  BOOST_TEST(result.err.ends_with(" warning stopped drained=0 aborted=1\n"), result.err);
}

ECHOPOOL_TEST(the_time_limits_of_the_command_line_are_kept) {
  Daemon daemon{{discipline_flag(idle), "--timeouts.idle=100ms"}};
  Client silent{daemon.tcp()};
  BOOST_TEST(silent.ended_cleanly());
  BOOST_TEST(daemon.logs("reason=idle_timeout"));
  BOOST_TEST(daemon.stop().status == 0);
}

ECHOPOOL_TEST(a_denied_source_is_not_served) {
  Daemon daemon{{discipline_flag(idle), "--access.deny=127.0.0.0/8"}};
  BOOST_TEST(!echoes_tcp(daemon.tcp()));
  BOOST_TEST(daemon.logs("connection refused"));
  BOOST_TEST(line_with(daemon.log(), "connection refused").find("reason=access") != std::string::npos);
  BOOST_TEST(daemon.stop().status == 0);
}

BOOST_AUTO_TEST_CASE(standard_descriptors_that_are_closed_do_no_harm) {
  const TemporaryDirectory folder;
  const std::string file = folder / "log";
  const std::string command = "exec " + built_program("echopoold") +
                              " --tcp.listen=127.0.0.1:0 --udp.listen= --log.sinks=file --log.file=" + file +
                              " <&- >&- 2>&-";
  Program program{{"/bin/sh", "-c", command}};
  BOOST_TEST(eventually([&file] { return contents(file).find("listening transport=tcp") != std::string::npos; }));
  BOOST_TEST(echoes_tcp(listening_address(contents(file), "tcp")));
  program.signal(SIGTERM);
  BOOST_TEST(program.finish().status == 0);
}

BOOST_AUTO_TEST_CASE(a_reader_of_the_log_that_goes_away_does_not_take_the_server_with_it) {
  const TemporaryDirectory folder;
  const std::string command =
      built_program("echopoold") +
      " --tcp.listen=127.0.0.1:0 --udp.listen= --log.sinks=stderr --process.pidfile=" + (folder / "pid") +
      " 2>&1 | head -2 >" + (folder / "log");
  Program shell{{"/bin/sh", "-c", command}};
  BOOST_REQUIRE(eventually([&] { return count_of("\n", contents(folder / "log")) == 2; }));
  const Endpoint server = listening_address(contents(folder / "log"), "tcp");
  for (int i = 0; i < 10; ++i) BOOST_TEST(echoes_tcp(server));
  ::kill(std::stoi(contents(folder / "pid")), SIGTERM);
  shell.finish();
  BOOST_TEST(contents(folder / "pid") == "");
}
