#include "logging/log_writer.hpp"
#include "unique_fd.hpp"

#include <boost/test/unit_test.hpp>

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <system_error>
#include <thread>

using namespace echopool;

namespace {

/// Standard error is a pipe while it lives.
class StandardErrorPipe {
 public:
  StandardErrorPipe() {
    std::array<int, 2> ends{};
    BOOST_REQUIRE(::pipe2(ends.data(), O_CLOEXEC) == 0);
    reader.reset(ends[0]);
    const UniqueFd writer{ends[1]};
    before_.reset(::dup(STDERR_FILENO));
    ::dup2(writer.get(), STDERR_FILENO);
  }
  ~StandardErrorPipe() { ::dup2(before_.get(), STDERR_FILENO); }

  [[nodiscard]] std::string read() const {
    std::array<char, 65536> text;
    const auto size = ::read(reader.get(), text.data(), text.size());
    return {text.data(), size < 0 ? 0 : static_cast<std::size_t>(size)};
  }

  UniqueFd reader;

 private:
  UniqueFd before_;
};

void write(LineWriter& writer, LogLevel level, const std::string& text) {
  writer.write({level, std::chrono::system_clock::time_point{}, text});
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_person_reads_the_time_and_the_level) {
  const StandardErrorPipe pipe;
  write(*make_standard_error_writer(), LogLevel::notice, "started version=1");
  BOOST_TEST(pipe.read() == "1970-01-01T00:00:00.000Z notice started version=1\n");
}

BOOST_AUTO_TEST_CASE(the_journal_reads_the_priority) {
  const StandardErrorPipe pipe;
  struct ::stat status {};
  ::fstat(STDERR_FILENO, &status);
  ::setenv("JOURNAL_STREAM", (std::to_string(status.st_dev) + ":" + std::to_string(status.st_ino)).c_str(), 1);
  const auto writer = make_standard_error_writer();
  ::unsetenv("JOURNAL_STREAM");
  for (const auto level :
       {LogLevel::debug, LogLevel::info, LogLevel::notice, LogLevel::warning, LogLevel::error, LogLevel::critical})
    write(*writer, level, "x");
  BOOST_TEST(pipe.read() == "<7>x\n<6>x\n<5>x\n<4>x\n<3>x\n<2>x\n");
}

BOOST_AUTO_TEST_CASE(a_journal_that_is_not_standard_error_is_not_meant) {
  const StandardErrorPipe pipe;
  for (const char* other : {"1:2", "", "x", "7"}) {
    ::setenv("JOURNAL_STREAM", other, 1);
    write(*make_standard_error_writer(), LogLevel::info, "x");
    BOOST_TEST(pipe.read() == "1970-01-01T00:00:00.000Z info x\n");
  }
  ::unsetenv("JOURNAL_STREAM");
}

BOOST_AUTO_TEST_CASE(a_pipe_that_somebody_made_non_blocking_still_gets_whole_lines) {
  const StandardErrorPipe pipe;
  ::fcntl(STDERR_FILENO, F_SETFL, O_NONBLOCK);
  const auto writer = make_standard_error_writer();
  const std::string text(1000, 'x');
  std::thread writing{[&] {
    for (int i = 0; i < 200; ++i) write(*writer, LogLevel::info, text);  // more than a pipe holds
  }};
  constexpr std::size_t expected = 200 * (std::string_view{"1970-01-01T00:00:00.000Z info \n"}.size() + 1000);
  std::size_t read = 0;
  while (read < expected) read += pipe.read().size();
  writing.join();
  BOOST_TEST(read == expected);
}

BOOST_AUTO_TEST_CASE(a_closed_pipe_throws_with_its_reason) {
  StandardErrorPipe pipe;
  pipe.reader.reset();
  ::signal(SIGPIPE, SIG_IGN);  // sink threads block it
  const auto writer = make_standard_error_writer();
  int error = 0;
  try {
    write(*writer, LogLevel::info, "x");
  } catch (const std::system_error& failure) {
    error = failure.code().value();
  }
  BOOST_TEST(error == EPIPE);
}
