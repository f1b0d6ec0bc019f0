// echopoold --daemon: the command returns when the server listens, or with its error when it does not.
// Tests: detach
#include "daemon.hpp"
#include "disciplines.hpp"
#include "eventually.hpp"
#include "loopback.hpp"
#include "temporary_directory.hpp"

#include <boost/test/unit_test.hpp>

#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>

using namespace echopool;
using namespace echopool::test;

namespace {

/// Where a daemon leaves its traces; ends it if the test does not.
class Traces {
 public:
  /// A daemon has lost its parent; this process becomes its next one, and learns how it ends.
  Traces() { ::prctl(PR_SET_CHILD_SUBREAPER, 1); }
  Traces(const Traces&) = delete;
  Traces& operator=(const Traces&) = delete;
  ~Traces() {
    if (const pid_t daemon = pid(); daemon > 0) ::kill(daemon, SIGKILL);
  }

  [[nodiscard]] std::string path(const std::string& name) const { return folder_ / name; }
  [[nodiscard]] std::string log() const { return contents(path("log")); }
  [[nodiscard]] pid_t pid() const {
    const std::string text = contents(path("pid"));
    return text.empty() ? -1 : std::stoi(text);
  }
  [[nodiscard]] std::vector<std::string> arguments(std::vector<std::string> more = {}) const {
    more.insert(more.end(),
                {"--daemon", "--log.sinks=file", "--log.file=" + path("log"), "--process.pidfile=" + path("pid")});
    return more;
  }
  /// Sends the signal, waits for the end and returns the exit status: 128 + signal when a signal was it.
  [[nodiscard]] int status_after(int signal) const {
    const pid_t daemon = pid();
    int status = 0;
    ::kill(daemon, signal);
    if (!eventually([daemon, &status] { return ::waitpid(daemon, &status, WNOHANG) == daemon; })) return -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  }

 private:
  TemporaryDirectory folder_;
};

/// The log is written by a thread of its own: what has happened may not be in it yet.
Endpoint address(const Traces& traces, const std::string& transport) {
  BOOST_TEST(eventually([&] { return traces.log().find("listening transport=" + transport) != std::string::npos; }));
  return listening_address(traces.log(), transport);
}

/// A field of /proc/PID/stat, counted from 1 as in proc(5).
int stat_field(pid_t pid, int number) {
  std::istringstream fields{contents("/proc/" + std::to_string(pid) + "/stat")};
  std::string field;
  for (int i = 0; i < number; ++i) fields >> field;
  return std::stoi(field);
}

const std::vector<std::string> free_ports{"--tcp.listen=127.0.0.1:0", "--udp.listen=127.0.0.1:0"};

}  // namespace

ECHOPOOL_TEST(the_command_returns_when_the_server_serves) {
  const Traces traces;
  auto arguments = free_ports;
  arguments.push_back(discipline_flag(idle));
  const ProgramResult command = run_daemon(traces.arguments(arguments));
  BOOST_TEST(command.status == 0);
  BOOST_TEST(command.out + command.err == "");
  BOOST_TEST(echoes_tcp(address(traces, "tcp")));
  BOOST_TEST(echoes_udp(address(traces, "udp")));
  BOOST_TEST(traces.status_after(SIGTERM) == 0);
  BOOST_TEST(traces.log().find(" notice stopped drained=0 aborted=0\n") != std::string::npos);
  BOOST_TEST(!std::filesystem::exists(traces.path("pid")));
}

BOOST_AUTO_TEST_CASE(the_daemon_has_left_terminal_folder_and_standard_descriptors) {
  const Traces traces;
  BOOST_REQUIRE(run_daemon(traces.arguments(free_ports)).status == 0);
  const std::string process = "/proc/" + std::to_string(traces.pid());
  BOOST_TEST(std::filesystem::read_symlink(process + "/cwd") == "/");
  for (const char* fd : {"/fd/0", "/fd/1", "/fd/2"})
    BOOST_TEST(std::filesystem::read_symlink(process + fd) == "/dev/null");
  BOOST_TEST(stat_field(traces.pid(), 7) == 0);  // tty_nr
  const int session = stat_field(traces.pid(), 6);
  BOOST_TEST(session != traces.pid());  // not its leader: it cannot acquire a terminal
  BOOST_TEST(session != ::getsid(0));
  BOOST_TEST(traces.status_after(SIGTERM) == 0);
}

BOOST_AUTO_TEST_CASE(a_relative_file_is_found_again_at_a_reload) {
  const Traces traces;
  std::ofstream{traces.path("x.ini")} << "[timeouts]\nidle = 5s\n";
  const std::string command = "cd " + traces.path("") + " && exec \"$0\" \"$@\"";
  std::vector<std::string> words{"/bin/sh", "-c", command, built_program("echopoold"), "-c", "x.ini"};
  for (const std::string& argument : traces.arguments(free_ports)) words.push_back(argument);
  BOOST_REQUIRE(run_program(words).status == 0);
  std::ofstream{traces.path("x.ini")} << "[timeouts]\nidle = 6s\n";
  ::kill(traces.pid(), SIGHUP);
  BOOST_TEST(eventually([&traces] { return traces.log().find("changed=timeouts.idle") != std::string::npos; }));
  BOOST_TEST(traces.status_after(SIGINT) == 0);
}

BOOST_AUTO_TEST_CASE(what_cannot_start_is_said_by_the_command) {
  const Traces traces;
  const auto failing = [&traces](const std::string& argument) { return run_daemon(traces.arguments({argument})); };
  const ProgramResult taken = failing("--tcp.listen=198.51.100.1:7");
  BOOST_TEST(taken.status == 1);
  BOOST_TEST(taken.err.starts_with("echopoold: --tcp.listen=198.51.100.1:7: cannot bind TCP"));
  BOOST_TEST(count_of("\n", taken.err) == 1U);
  BOOST_TEST(failing("--pool.workers=0").status == 78);
  BOOST_TEST(failing("--nonsense").status == 2);
  BOOST_TEST(!std::filesystem::exists(traces.path("pid")));
  BOOST_TEST(traces.log() == "");
}

BOOST_AUTO_TEST_CASE(a_second_daemon_is_refused_and_the_first_goes_on) {
  const Traces traces;
  BOOST_REQUIRE(run_daemon(traces.arguments(free_ports)).status == 0);
  const ProgramResult second = run_daemon(traces.arguments(free_ports));
  BOOST_TEST(second.status == 1);
  BOOST_TEST(second.err.find("is locked by pid " + std::to_string(traces.pid())) != std::string::npos);
  BOOST_TEST(echoes_tcp(address(traces, "tcp")));
  BOOST_TEST(traces.status_after(SIGTERM) == 0);
}

BOOST_AUTO_TEST_CASE(a_killed_daemon_leaves_nothing_in_the_way_of_the_next) {
  const Traces traces;
  for (int i = 0; i < 3; ++i) {
    BOOST_REQUIRE(run_daemon(traces.arguments(free_ports)).status == 0);
    BOOST_TEST(traces.status_after(SIGKILL) == 128 + SIGKILL);
    BOOST_TEST(std::filesystem::exists(traces.path("pid")));
    std::filesystem::remove(traces.path("log"));
  }
  BOOST_REQUIRE(run_daemon(traces.arguments(free_ports)).status == 0);
  BOOST_TEST(echoes_tcp(address(traces, "tcp")));
  BOOST_TEST(traces.status_after(SIGTERM) == 0);
}
