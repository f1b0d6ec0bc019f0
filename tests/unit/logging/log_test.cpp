#include "eventually.hpp"
#include "temporary_directory.hpp"
#include "unique_fd.hpp"

#include <echopool/error.hpp>
#include <echopool/log.hpp>

#include <boost/test/unit_test.hpp>

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <filesystem>
#include <optional>
#include <stdexcept>
#include <thread>

using namespace echopool;
using namespace echopool::test;

namespace {

struct LogFile : TemporaryDirectory {
  LogFile() {
    settings.sinks = {LogSink::file};
    settings.file = path;
  }
  const std::string path = *this / "log";
  LogSettings settings;
};

/// A FIFO with a reader that does not read: it takes 64 KiB, then a write hangs.
struct StuckFifo : LogFile {
  StuckFifo() {
    BOOST_REQUIRE(::mkfifo(path.c_str(), 0600) == 0);
    reader.reset(::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
  }
  UniqueFd reader;
};

/// Outlives main's objects: its destructor logs when everything else is gone.
struct LogsAtExit {
  ~LogsAtExit() { log_event(LogLevel::critical, "from a static destructor"); }
};
const LogsAtExit logs_at_exit;

}  // namespace

BOOST_FIXTURE_TEST_CASE(lines_below_the_level_are_not_written, LogFile) {
  settings.level = LogLevel::notice;
  Logging logging{settings};
  BOOST_TEST(!log_enabled(LogLevel::info));
  BOOST_TEST(log_enabled(LogLevel::notice));
  log_event(LogLevel::info, "too low");
  log_event(LogLevel::notice, "just right", {{"n", 1}});
  log_event(LogLevel::critical, "worse");
  BOOST_TEST(logging.close());
  const auto text = contents(path);
  BOOST_TEST(text.find("too low") == std::string::npos);
  BOOST_TEST(text.find("Z notice just right n=1\n") != std::string::npos);
  BOOST_TEST(text.find("Z critical worse\n") != std::string::npos);
}

BOOST_FIXTURE_TEST_CASE(lines_about_connections_can_be_switched_off, LogFile) {
  Logging logging{settings};
  BOOST_TEST(log_connections_enabled(LogLevel::info));
  BOOST_TEST(!log_connections_enabled(LogLevel::debug));
  settings.connections = false;
  logging.reconfigure(settings);
  BOOST_TEST(!log_connections_enabled(LogLevel::info));
  BOOST_TEST(!log_connections_enabled(LogLevel::critical));
  BOOST_TEST(log_enabled(LogLevel::info));
}

BOOST_FIXTURE_TEST_CASE(logging_before_and_after_a_logging_object_is_harmless, LogFile) {
  log_event(LogLevel::critical, "before");
  BOOST_TEST(!log_enabled(LogLevel::critical));
  {
    Logging logging{settings};
    log_event(LogLevel::info, "during");
    BOOST_TEST(logging.close());
    log_event(LogLevel::critical, "after close");
    BOOST_TEST(logging.close());  // once more is the same
    BOOST_CHECK_THROW(logging.reconfigure(settings), std::logic_error);
  }
  log_event(LogLevel::critical, "after");
  log_exception(LogLevel::critical, "after");
  BOOST_TEST(count_of("\n", contents(path)) == 1U);
  BOOST_TEST(log_lost() == 0U);
}

BOOST_FIXTURE_TEST_CASE(a_second_logging_object_is_a_mistake_in_the_program, LogFile) {
  {
    const Logging first{settings};
    BOOST_CHECK_THROW(Logging{settings}, std::logic_error);
    log_event(LogLevel::info, "the first goes on");
  }
  const Logging next{settings};
  BOOST_TEST(count_of("the first goes on", contents(path)) == 1U);
}

BOOST_FIXTURE_TEST_CASE(a_failed_start_leaves_nothing_behind, LogFile) {
  LogSettings wrong = settings;
  wrong.file = *this / "no/where";
  BOOST_CHECK_THROW(Logging{wrong}, StartError);
  BOOST_TEST(!log_enabled(LogLevel::critical));
  wrong = settings;
  wrong.facility = "x";
  BOOST_CHECK_THROW(Logging{wrong}, StartError);
  const Logging right{settings};
}

BOOST_FIXTURE_TEST_CASE(a_failed_change_changes_nothing, LogFile) {
  Logging logging{settings};
  LogSettings wrong = settings;
  wrong.level = LogLevel::debug;
  wrong.file = *this / "no/where";
  BOOST_CHECK_THROW(logging.reconfigure(wrong), StartError);
  wrong.file = path;
  wrong.sinks = {LogSink::standard_error, LogSink::syslog};
  wrong.remote = "host.invalid:514";
  BOOST_CHECK_THROW(logging.reconfigure(wrong), StartError);
  BOOST_TEST(!log_enabled(LogLevel::debug));
  log_event(LogLevel::info, "still here");
  BOOST_TEST(logging.close());
  BOOST_TEST(count_of("still here", contents(path)) == 1U);
}

BOOST_FIXTURE_TEST_CASE(a_change_moves_lines_to_the_new_sinks, LogFile) {
  Logging logging{settings};
  log_event(LogLevel::info, "old");
  settings.file = *this / "other";
  settings.level = LogLevel::debug;
  logging.reconfigure(settings);
  log_event(LogLevel::debug, "new");
  BOOST_TEST(logging.close());
  BOOST_TEST(count_of("info old", contents(path)) == 1U);
  BOOST_TEST(count_of("debug new", contents(settings.file)) == 1U);
  BOOST_TEST(count_of("\n", contents(path) + contents(settings.file)) == 2U);
}

BOOST_FIXTURE_TEST_CASE(a_file_that_was_moved_away_is_made_anew, LogFile) {
  Logging logging{settings};
  log_event(LogLevel::info, "old");
  std::filesystem::rename(path, path + ".moved");  // as logrotate(8) does before it sends a signal
  logging.reconfigure(settings);
  log_event(LogLevel::info, "new");
  BOOST_TEST(logging.close());
  BOOST_TEST(count_of("old", contents(path + ".moved")) == 1U);
  BOOST_TEST(count_of("new", contents(path)) == 1U);
}

BOOST_FIXTURE_TEST_CASE(many_threads_lose_no_line, LogFile) {
  constexpr int threads = 4;
  constexpr int lines = 500;
  Logging logging{settings};
  std::vector<std::thread> all;
  for (int t = 0; t < threads; ++t)
    all.emplace_back([t] {
      for (int i = 0; i < lines; ++i) log_event(LogLevel::info, "line", {{"thread", t}, {"number", i}});
    });
  for (auto& thread : all) thread.join();
  BOOST_TEST(logging.close(std::chrono::seconds{20}));
  const auto text = contents(path);
  BOOST_TEST(count_of("\n", text) == std::size_t{threads * lines});
  for (int t = 0; t < threads; ++t)
    BOOST_TEST(count_of(" thread=" + std::to_string(t) + " number=", text) == std::size_t{lines});
}

BOOST_FIXTURE_TEST_CASE(a_stuck_sink_blocks_nobody_and_close_gives_up_on_it, StuckFifo) {
  constexpr std::uint64_t issued = 20'000;
  Logging logging{settings};
  for (std::uint64_t i = 0; i < issued; ++i) log_event(LogLevel::info, "line", {{"text", std::string(100, 'x')}});
  BOOST_TEST(log_lost() > 0U);
  const auto start = std::chrono::steady_clock::now();
  BOOST_TEST(!logging.close(std::chrono::milliseconds{100}));
  BOOST_TEST(!logging.close());
  BOOST_TEST((std::chrono::steady_clock::now() - start < std::chrono::seconds{10}));

  // Everything is accounted for: what the pipe holds was written, except for the one line that filled it.
  ::fcntl(reader.get(), F_SETFL, 0);
  std::string text;
  for (std::string part(65536, '\0');
       text.find("\n", text.size() < 200 ? 0 : text.size() - 200) == std::string::npos || text.size() < 60'000;) {
    const auto size = ::read(reader.get(), part.data(), part.size());
    BOOST_REQUIRE(size > 0);
    text.append(part, 0, static_cast<std::size_t>(size));
  }
  const auto written = count_of("\n", text);
  BOOST_TEST(written + log_lost() >= issued);
  BOOST_TEST(written + log_lost() <= issued + 1);
}

BOOST_FIXTURE_TEST_CASE(a_stuck_sink_cannot_be_replaced_again_and_again, StuckFifo) {
  Logging logging{settings};
  for (int i = 0; i < 2'000; ++i) log_event(LogLevel::info, "line", {{"text", std::string(100, 'x')}});
  settings.file = *this / "regular";
  logging.reconfigure(settings);  // the first time the old one is left to itself
  log_event(LogLevel::info, "goes on");
  BOOST_CHECK_EXCEPTION(logging.reconfigure(settings), StartError, [](const auto& error) {
    return std::string{error.what()}.starts_with(
        "the log sink 'file' still hangs since the last change of its settings");
  });
  BOOST_TEST(eventually([&] { return count_of("goes on", contents(settings.file)) == 1; }));
  BOOST_TEST(!logging.close(std::chrono::milliseconds{100}));
}

BOOST_FIXTURE_TEST_CASE(a_full_disk_neither_ends_the_program_nor_goes_unnoticed, LogFile) {
  settings.file = "/dev/full";
  Logging logging{settings};
  for (int i = 0; i < 10; ++i) log_event(LogLevel::info, "line");
  BOOST_TEST(logging.close());
  BOOST_TEST(log_lost() == 10U);
}

BOOST_FIXTURE_TEST_CASE(a_program_that_exits_with_its_logging_alive_ends_in_good_order, LogFile) {
  const pid_t child = ::fork();
  if (child == 0) {
    static std::optional<Logging> logging;  // destroyed before logs_at_exit, which logs after it
    logging.emplace(settings);
    static const auto forgotten = [] { log_event(LogLevel::info, "in time"); };
    forgotten();
    std::exit(0);  // NOLINT(concurrency-mt-unsafe)
  }
  int status = -1;
  BOOST_REQUIRE(::waitpid(child, &status, 0) == child);
  BOOST_TEST(status == 0);
  BOOST_TEST(count_of("in time", contents(path)) == 1U);
}
