// SIGHUP: what can be changed is changed for what comes after it, and a wrong file changes nothing.
// Tests: reload
#include "daemon.hpp"
#include "disciplines.hpp"
#include "eventually.hpp"
#include "loopback.hpp"
#include "temporary_directory.hpp"

#include <boost/test/unit_test.hpp>

#include <signal.h>

#include <filesystem>
#include <fstream>
#include <memory>

using namespace echopool;
using namespace echopool::test;

namespace {

class ReloadedDaemon {
 public:
  ReloadedDaemon(IdleConnections idle, const std::string& text) : daemon_{start(idle, text)} {}

  /// Rewrites the file and has it read; true when the log then says `outcome`.
  bool reload(const std::string& text, const std::string& outcome) {
    const std::size_t before = daemon_->log().size();
    write(text);
    daemon_->program().signal(SIGHUP);
    return eventually([&] {
      static_cast<void>(daemon_->program().prints("never printed", std::chrono::milliseconds{10}));
      return daemon_->log().find(outcome, before) != std::string::npos;
    });
  }

  Daemon* operator->() { return daemon_.get(); }
  [[nodiscard]] std::string file() const { return folder_ / "echopoold.ini"; }
  [[nodiscard]] std::string path(const std::string& name) const { return folder_ / name; }

 private:
  std::unique_ptr<Daemon> start(IdleConnections idle, const std::string& text) {
    write(text);
    return std::make_unique<Daemon>(std::vector<std::string>{"-c", file(), discipline_flag(idle)});
  }
  void write(const std::string& text) const { std::ofstream{file()} << text; }

  TemporaryDirectory folder_;
  std::unique_ptr<Daemon> daemon_;
};

}  // namespace

ECHOPOOL_TEST(a_changed_file_takes_effect_for_what_comes_after_it) {
  ReloadedDaemon daemon{idle, ""};
  Client earlier{daemon->tcp()};
  earlier.send("a");
  BOOST_TEST(earlier.receive(1) == "a");

  BOOST_TEST(
      daemon.reload("[access]\ndeny = 127.0.0.1\n", "reloaded file=" + daemon.file() + " changed=access.deny\n"));
  BOOST_TEST(!echoes_tcp(daemon->tcp()));
  earlier.send("b");
  BOOST_TEST(earlier.receive(1) == "b");

  BOOST_TEST(daemon.reload("[timeouts]\nidle = 80ms\n", "changed=timeouts.idle,access.deny\n"));
  Client later{daemon->tcp()};
  BOOST_TEST(later.ended_cleanly());
  BOOST_TEST(daemon->stop().status == 0);
}

ECHOPOOL_TEST(a_wrong_file_changes_nothing_and_is_reported_with_its_lines) {
  ReloadedDaemon daemon{idle, "[log]\nlevel = info\n"};
  BOOST_TEST(daemon.reload("[access]\ndeny = 127.0.0.1\n[pool]\nworkers = -1\nidel = hold\n",
                           " error reload failed problem=\"" + daemon.file() +
                               ":4: pool.workers = -1: must be a whole number from 1 to 4096\"\n"));
  BOOST_TEST(daemon->log().find(":5: unknown key 'idel' in [pool]; did you mean 'idle'?") != std::string::npos);
  BOOST_TEST(daemon->log().find("reloaded") == std::string::npos);
  BOOST_TEST(echoes_tcp(daemon->tcp()));
  BOOST_TEST(daemon->stop().status == 0);
}

ECHOPOOL_TEST(what_needs_a_restart_is_named_as_long_as_it_differs) {
  ReloadedDaemon daemon{idle, ""};
  const std::string needed = " warning restart needed option=pool.workers running=16 wanted=3\n";
  BOOST_TEST(daemon.reload("[pool]\nworkers = 3\n", needed));
  BOOST_TEST(daemon.reload("[pool]\nworkers = 3\n[log]\nlevel = debug\n", needed));
  BOOST_TEST(daemon.reload("", "changed=log.level\n"));
  BOOST_TEST(count_of("restart needed", daemon->log()) == 2U);
  BOOST_TEST(daemon->stop().status == 0);
}

BOOST_AUTO_TEST_CASE(a_log_file_that_was_moved_away_is_opened_anew) {
  const TemporaryDirectory folder;
  const std::string file = folder / "log";
  Program program{{built_program("echopoold"), "--tcp.listen=127.0.0.1:0", "--udp.listen=", "--log.sinks=file",
                   "--log.file=" + file}};
  BOOST_TEST(eventually([&file] { return contents(file).find("listening") != std::string::npos; }));
  std::filesystem::rename(file, file + ".1");
  program.signal(SIGHUP);
  BOOST_TEST(eventually([&file] { return contents(file).find(" notice reloaded ") != std::string::npos; }));
  BOOST_TEST(contents(file + ".1").find("reloaded") == std::string::npos);
  program.signal(SIGTERM);
  BOOST_TEST(program.finish().status == 0);
}

BOOST_AUTO_TEST_CASE(a_log_file_that_cannot_be_opened_leaves_the_old_one_in_use) {
  const TemporaryDirectory folder;
  const std::string ini = folder / "echopoold.ini";
  const std::string log = folder / "log";
  const auto write = [&ini](const std::string& path) {
    std::ofstream{ini} << "[tcp]\nlisten = 127.0.0.1:0\n[udp]\nlisten =\n[log]\nsinks = file\nfile = " << path << "\n";
  };
  write(log);
  Program program{{built_program("echopoold"), "-c", ini}};
  BOOST_TEST(eventually([&log] { return contents(log).find("listening") != std::string::npos; }));
  write("/nonexistent/log");
  program.signal(SIGHUP);
  BOOST_TEST(eventually([&log] { return contents(log).find(" error reload failed problem=") != std::string::npos; }));
  BOOST_TEST(echoes_tcp(listening_address(contents(log), "tcp")));
  BOOST_TEST(eventually([&log] { return contents(log).find("connection closed") != std::string::npos; }));
  program.signal(SIGTERM);
  BOOST_TEST(program.finish().status == 0);
}

ECHOPOOL_TEST(a_storm_of_signals_does_no_harm) {
  ReloadedDaemon daemon{idle, ""};
  for (int i = 0; i < 1'000; ++i) {
    daemon->program().signal(SIGHUP);
    if (i % 100 == 0) BOOST_TEST(echoes_tcp(daemon->tcp()));
  }
  BOOST_TEST(daemon.reload("[limits]\nper_source = 100\n", "changed=limits.per_source\n"));
  BOOST_TEST(echoes_tcp(daemon->tcp()));
  BOOST_TEST(daemon->stop().status == 0);
}
