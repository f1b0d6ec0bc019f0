#include "logging/log_writer.hpp"
#include "temporary_directory.hpp"

#include <echopool/error.hpp>

#include <boost/test/unit_test.hpp>

#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <cerrno>
#include <filesystem>
#include <fstream>

using namespace echopool;
using echopool::test::contents;
using echopool::test::TemporaryDirectory;

namespace {

void write(LineWriter& writer, const std::string& text, LogLevel level = LogLevel::info) {
  writer.write({level, std::chrono::system_clock::time_point{}, text});
}

std::string complaint(const std::string& path) {
  try {
    static_cast<void>(make_file_writer(path, 1_MiB));
  } catch (const StartError& error) {
    return error.what();
  }
  return "opened";
}

const std::string hint = "; its directory must exist and the user of the program must be allowed to write there";

}  // namespace

BOOST_AUTO_TEST_CASE(lines_carry_time_and_level_and_are_appended) {
  const TemporaryDirectory directory;
  const auto path = directory / "log";
  std::ofstream{path} << "old\n";
  write(*make_file_writer(path, 1_MiB), "one a=1");
  write(*make_file_writer(path, 1_MiB), "two", LogLevel::critical);
  BOOST_TEST(contents(path) == "old\n1970-01-01T00:00:00.000Z info one a=1\n1970-01-01T00:00:00.000Z critical two\n");
}

BOOST_AUTO_TEST_CASE(a_new_file_is_not_for_everybody) {
  const TemporaryDirectory directory;
  const auto mask = ::umask(0);
  const auto writer = make_file_writer(directory / "log", 1_MiB);
  ::umask(mask);
  struct ::stat status {};
  BOOST_REQUIRE(::stat((directory / "log").c_str(), &status) == 0);
  BOOST_TEST((status.st_mode & 07777) == 0640U);
}

BOOST_AUTO_TEST_CASE(a_file_that_is_full_becomes_the_first_of_four_old_ones) {
  const TemporaryDirectory directory;
  const auto path = directory / "log";
  const auto writer = make_file_writer(path, 4_KiB);
  constexpr int per_file = 4;  // lines of 1,000 bytes and a time
  for (int i = 0; i < 6 * per_file; ++i) write(*writer, std::to_string(i) + " " + std::string(960, 'x'));

  for (int number = 0; number <= 4; ++number) {
    const auto text = contents(number == 0 ? path : path + "." + std::to_string(number));
    BOOST_TEST(text.size() <= 4096U);
    for (int i = 0; i < per_file; ++i)
      BOOST_TEST(text.find("info " + std::to_string((5 - number) * per_file + i) + " ") != std::string::npos);
  }
  BOOST_TEST(!std::filesystem::exists(path + ".5"));
}

BOOST_AUTO_TEST_CASE(what_an_earlier_run_has_written_counts) {
  const TemporaryDirectory directory;
  const auto path = directory / "log";
  std::ofstream{path} << std::string(4090, 'o');
  write(*make_file_writer(path, 4_KiB), "new");
  BOOST_TEST(contents(path) == "1970-01-01T00:00:00.000Z info new\n");
  BOOST_TEST(contents(path + ".1").size() == 4090U);
}

BOOST_AUTO_TEST_CASE(a_file_that_cannot_be_rotated_goes_on_growing) {
  const TemporaryDirectory directory;
  const auto path = directory / "log";
  std::filesystem::create_directory(path + ".1");  // rename(2) cannot replace it
  std::ofstream{path + ".1/x"};
  std::filesystem::create_directory(path + ".2");
  std::ofstream{path + ".2/x"};
  std::filesystem::create_directory(path + ".3");
  std::ofstream{path + ".3/x"};
  std::filesystem::create_directory(path + ".4");
  std::ofstream{path + ".4/x"};
  const auto writer = make_file_writer(path, 4_KiB);
  for (int i = 0; i < 12; ++i) write(*writer, std::string(1000, 'x'));
  BOOST_TEST(contents(path).size() > 12000U);
}

BOOST_AUTO_TEST_CASE(a_file_that_cannot_be_opened_is_told_with_the_reason) {
  const TemporaryDirectory directory;
  const auto nowhere = directory / "no/where";
  BOOST_TEST(complaint(nowhere) == "cannot write to log.file '" + nowhere + "': No such file or directory" + hint);
  BOOST_TEST(complaint(directory / ".") == "cannot write to log.file '" + directory / "." + "': Is a directory" + hint);
  const auto fifo = directory / "fifo";
  BOOST_REQUIRE(::mkfifo(fifo.c_str(), 0600) == 0);  // opening it would wait for a reader
  BOOST_TEST(complaint(fifo) == "cannot write to log.file '" + fifo + "': No such device or address" + hint);
}

BOOST_AUTO_TEST_CASE(a_full_disk_throws_with_its_reason) {
  const auto writer = make_file_writer("/dev/full", 4_KiB);
  BOOST_CHECK_EXCEPTION(write(*writer, "line"), std::system_error,
                        [](const auto& error) { return error.code().value() == ENOSPC; });
}

BOOST_AUTO_TEST_CASE(a_line_the_disk_was_too_full_for_does_not_swallow_the_next) {
  const TemporaryDirectory directory;
  const auto path = directory / "log";
  const auto writer = make_file_writer(path, 1_MiB);
  ::signal(SIGXFSZ, SIG_IGN);
  const ::rlimit small{50, RLIM_INFINITY};  // a file may not grow beyond: EFBIG, after a partial write
  const ::rlimit large{RLIM_INFINITY, RLIM_INFINITY};
  BOOST_REQUIRE(::setrlimit(RLIMIT_FSIZE, &small) == 0);
  int error = 0;
  try {
    write(*writer, std::string(100, '-'));
  } catch (const std::system_error& failure) {
    error = failure.code().value();
  }
  BOOST_REQUIRE(::setrlimit(RLIMIT_FSIZE, &large) == 0);
  BOOST_TEST(error == EFBIG);
  write(*writer, "next");
  BOOST_TEST(contents(path).ends_with("---\n1970-01-01T00:00:00.000Z info next\n"));
}
