// What echopoold says and exits with when it is told something wrong.
// Tests: run_mode
#include "daemon.hpp"
#include "temporary_directory.hpp"

#include <boost/test/unit_test.hpp>

#include <fstream>

using namespace echopool::test;
using namespace std::string_literals;

namespace {

class IniFile {
 public:
  explicit IniFile(std::string_view text) { std::ofstream{path(), std::ios::binary} << text; }

  [[nodiscard]] std::string path() const { return folder_ / "echopoold.ini"; }
  /// What --check-config says about it, the path written FILE, with the exit status at the end.
  [[nodiscard]] std::string verdict() const {
    const ProgramResult result = run_daemon({"--check-config", "-c", path()});
    std::string text = result.out + result.err;
    for (auto at = text.find(path()); at != std::string::npos; at = text.find(path()))
      text.replace(at, path().size(), "FILE");
    return text + std::to_string(result.status);
  }

 private:
  TemporaryDirectory folder_;
};

std::string verdict_on(std::string_view text) { return IniFile{text}.verdict(); }

std::string outcome(const ProgramResult& result) { return result.out + result.err + std::to_string(result.status); }

}  // namespace

BOOST_AUTO_TEST_CASE(a_right_file_is_ok) {
  BOOST_TEST(verdict_on("") == "configuration ok\n0");
  BOOST_TEST(verdict_on("\xef\xbb\xbf[pool]\r\nworkers = 4 # few\r\n") == "configuration ok\n0");
  std::string large = "[pool]\n";
  while (large.size() < 65'536 - 64) large += std::string(63, '#') + "\n";
  large.resize(65'536, '\n');
  BOOST_TEST(verdict_on(large) == "configuration ok\n0");
  BOOST_TEST(verdict_on(large + "\n") == "echopoold: FILE: is larger than 64K, too large for a configuration\n78");
}

BOOST_AUTO_TEST_CASE(the_shipped_file_is_ok_as_it_is_and_with_every_line_uncommented) {
  const std::string shipped = contents(source_file("etc/echopoold.ini"));
  BOOST_TEST(verdict_on(shipped) == "configuration ok\n0");
  std::string all = shipped;
  for (auto at = all.find("\n#"); at != std::string::npos; at = all.find("\n#", at + 1))
    if (all[at + 2] != ' ' && all[at + 2] != '\n') all.erase(at + 1, 1);
  BOOST_TEST(all.find("\nworkers = 16") != std::string::npos);
  BOOST_TEST(verdict_on(all) == "configuration ok\n0");
}

BOOST_AUTO_TEST_CASE(each_wrong_file_gets_one_line_and_status_78) {
  BOOST_TEST(verdict_on("[pool]\nwrokers = 4\n") ==
             "echopoold: FILE:2: unknown key 'wrokers' in [pool]; did you mean 'workers'?\n78");
  BOOST_TEST(verdict_on("[tcp]\nlisten = 127.0.0.1:70000\n") ==
             "echopoold: FILE:2: tcp.listen = 127.0.0.1:70000: '127.0.0.1:70000': the port must be a number from 0 to "
             "65535\n78");
  BOOST_TEST(verdict_on("[pool]\nworkers = -1\n") ==
             "echopoold: FILE:2: pool.workers = -1: must be a whole number from 1 to 4096\n78");
  BOOST_TEST(verdict_on("\n[]\n") == "echopoold: FILE:2: '[]' names no section; write [NAME]\n78");
  BOOST_TEST(verdict_on("[pool]\nworkers = 1\0\n"s) ==
             "echopoold: FILE:2: the line has a NUL byte in it; is this a text file?\n78");
  BOOST_TEST(verdict_on("\xff\xfe[\0p\0"s) == "echopoold: FILE: is UTF-16 text; save it as UTF-8\n78");
  BOOST_TEST(verdict_on("workers = 1\n") == "echopoold: FILE:1: key 'workers' stands before any [SECTION]\n78");
  BOOST_TEST(verdict_on("[access]\ndeny = 10.0.0.1/8\n") ==
             "echopoold: FILE:2: access.deny = 10.0.0.1/8: '10.0.0.1/8' has address bits behind its prefix; write "
             "10.0.0.0/8 for the block or 10.0.0.1 for the one address\n78");
}

BOOST_AUTO_TEST_CASE(a_file_that_cannot_be_read_is_named_with_the_reason) {
  const TemporaryDirectory folder;
  BOOST_TEST(outcome(run_daemon({"-t", "-c", folder / "none.ini"})) ==
             "echopoold: " + (folder / "none.ini") +
                 ": cannot be read: No such file or directory; name an existing "
                 "file\n78");
  BOOST_TEST(outcome(run_daemon({"-t", "-c", "/"})) ==
             "echopoold: /: cannot be read: Is a directory; name a file in it\n78");
}

BOOST_AUTO_TEST_CASE(everything_wrong_is_reported_at_once_and_nothing_is_started) {
  const IniFile file{"[tcp]\nlisten = x\n[pool]\nworkers = 0\n"};
  ProgramSettings settings;
  settings.environment["ECHOPOOLD_UDP_BATCH"] = "many";
  const ProgramResult result = run_daemon({"-c", file.path(), "--timeouts.idle=5"}, settings);
  BOOST_TEST(result.status == 78);
  BOOST_TEST(result.out == "");
  BOOST_TEST(count_of("echopoold: ", result.err) == 4U);
  BOOST_TEST(result.err.find("ECHOPOOLD_UDP_BATCH=many: must be a whole number from 1 to 1024\n") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(wrong_usage_is_status_2) {
  BOOST_TEST(outcome(run_daemon({"--pool.worker=3"})) ==
             "echopoold: unknown option --pool.worker; did you mean '--pool.workers'?\n2");
  BOOST_TEST(run_daemon({"now"}).status == 2);
  BOOST_TEST(run_daemon({"--daemon", "--inetd"}).status == 2);
  BOOST_TEST(run_daemon({"--dump-config=everything"}).status == 2);
}

BOOST_AUTO_TEST_CASE(an_address_that_cannot_be_bound_is_status_1_with_a_remedy) {
  BOOST_TEST(outcome(run_daemon({"--tcp.listen=198.51.100.1:7"})) ==
             "echopoold: --tcp.listen=198.51.100.1:7: cannot bind TCP 198.51.100.1:7: Cannot assign requested address; "
             "no interface of this host has that address (ip address shows which there are)\n1");
  Daemon first;
  const std::string pid = std::to_string(first.program().pid());
  for (const std::string transport : {"tcp", "udp"}) {
    const std::string where = (transport == "tcp" ? first.tcp() : first.udp()).to_string();
    const std::string other = transport == "tcp" ? "--udp.listen=" : "--tcp.listen=";
    const ProgramResult second = run_daemon({"--" + transport + ".listen=" + where, other});
    BOOST_TEST(second.status == 1);
    BOOST_TEST(second.out == "");
    BOOST_TEST(
        second.err.find(where + ": Address already in use by echopoold (pid " + pid + "); ") != std::string::npos,
        second.err);
    BOOST_TEST(count_of("\n", second.err) == 1U);
  }
  BOOST_TEST(first.stop().status == 0);
}

BOOST_AUTO_TEST_CASE(a_second_instance_with_the_same_pidfile_is_told_of_the_first) {
  const TemporaryDirectory folder;
  const std::string pidfile = "--process.pidfile=" + (folder / "x.pid");
  Daemon first{{pidfile}};
  const ProgramResult second = run_daemon({pidfile, "--tcp.listen=127.0.0.1:0", "--udp.listen="});
  BOOST_TEST(outcome(second) == "echopoold: another instance is running: the pidfile " + (folder / "x.pid") +
                                    " is locked by pid " + std::to_string(first.program().pid()) +
                                    "; stop that one, or choose another process.pidfile\n1");
  BOOST_TEST(echoes_tcp(first.tcp()));
  BOOST_TEST(first.stop().status == 0);
  BOOST_TEST(contents(folder / "x.pid") == "");
}

BOOST_AUTO_TEST_CASE(a_log_file_that_cannot_be_written_is_status_1) {
  const ProgramResult result =
      run_daemon({"--tcp.listen=127.0.0.1:0", "--udp.listen=", "--log.file=/nonexistent/echopoold.log"});
  BOOST_TEST(result.status == 1);
  BOOST_TEST(result.err.find("/nonexistent/echopoold.log") != std::string::npos);
  BOOST_TEST(count_of("\n", result.err) == 1U);
}

BOOST_AUTO_TEST_CASE(a_dump_is_a_file_that_says_the_same) {
  const IniFile file{"[pool]\nworkers = 5\n"};
  ProgramSettings settings;
  settings.environment["ECHOPOOLD_UDP_BATCH"] = "32";
  const ProgramResult dump = run_daemon({"--dump-config", "-c", file.path(), "--tcp.listen="}, settings);
  BOOST_TEST(dump.status == 0);
  BOOST_TEST(dump.err == "");
  BOOST_TEST(dump.out.find("\nworkers = 5                                 # " + file.path() + ":2\n") !=
             std::string::npos);
  BOOST_TEST(dump.out.find("\nbatch = 32                                  # ECHOPOOLD_UDP_BATCH\n") !=
             std::string::npos);
  BOOST_TEST(dump.out.find("\nlisten =                                    # --tcp.listen\n") != std::string::npos);
  const IniFile dumped{dump.out};
  BOOST_TEST(dumped.verdict() == "configuration ok\n0");
  const auto values = [](std::string text) {
    for (auto at = text.find("  #"); at != std::string::npos; at = text.find("  #"))
      text.erase(at, text.find('\n', at) - at);
    for (auto at = text.find(" \n"); at != std::string::npos; at = text.find(" \n")) text.erase(at, 1);
    return text;
  };
  BOOST_TEST(values(run_daemon({"--dump-config", "-c", dumped.path()}).out) == values(dump.out));
}

BOOST_AUTO_TEST_CASE(questions_are_answered_on_standard_output) {
  const ProgramResult version = run_daemon({"-V"});
  BOOST_TEST(version.out.starts_with("echopoold 0."));
  BOOST_TEST(version.status == 0);
  const ProgramResult help = run_daemon({"--help"});
  BOOST_TEST(help.out.starts_with("Usage: echopoold [options]\n"));
  BOOST_TEST(help.status == 0);
  BOOST_TEST(run_daemon({"--dump-config=template"}).out == contents(source_file("etc/echopoold.ini")));
  BOOST_TEST(run_daemon({"--dump-config=manual"}).out.starts_with("## [tcp]\n"));
}
