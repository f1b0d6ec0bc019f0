// Runs one of our programs as a person would and looks at what it prints. For tests only; belongs to one thread.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace echopool::test {

struct ProgramSettings {
  std::map<std::string, std::string> environment;  ///< added to ours; an empty value removes the variable
  int terminal_columns = 0;                        ///< > 0: standard error is a terminal of that width, not a pipe
  bool keep_input_open = false;                    ///< standard input does not end by itself
  std::map<int, int> descriptors;                  ///< number in the program, and ours; also for 0, 1 and 2
};

struct ProgramResult {
  int status = -1;  ///< exit status; 128 + signal when it was killed by one
  std::string out;
  std::string err;
};

/// A started program. Its destructor kills it if it still runs.
class Program {
 public:
  /// `words[0]` is the path. `input` is fed to its standard input, which then ends.
  explicit Program(const std::vector<std::string>& words, std::string input = {}, const ProgramSettings& settings = {});
  ~Program();
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;

  [[nodiscard]] pid_t pid() const noexcept { return pid_; }
  void signal(int number) const;
  /// More input.
  void write(std::string_view text) { input_ += text; }
  void end_input() { keep_input_open_ = false; }
  /// What it has printed so far.
  [[nodiscard]] const ProgramResult& so_far() const noexcept { return result_; }
  /// True as soon as standard output or error contains `text`; false when the program ends or `limit` passes before.
  [[nodiscard]] bool prints(std::string_view text, std::chrono::milliseconds limit = std::chrono::seconds{20});
  /// Waits for the end, feeding and reading; kills the program after `limit`.
  ProgramResult finish(std::chrono::milliseconds limit = std::chrono::seconds{60});

 private:
  /// Moves what can be moved, for `wait` at most; false when both outputs have ended.
  bool pump(std::chrono::milliseconds wait);

  pid_t pid_ = -1;
  int in_ = -1;
  int out_ = -1;
  int err_ = -1;
  bool keep_input_open_ = false;
  std::string input_;
  ProgramResult result_;
};

/// Start and finish in one.
ProgramResult run_program(const std::vector<std::string>& words, const std::string& input = {},
                          const ProgramSettings& settings = {});

/// Files of the build folder and of the source tree. Only these know where the folders are: a source that does not is
/// compiled once for all clones.
[[nodiscard]] std::string built_file(std::string_view path);
[[nodiscard]] std::string source_file(std::string_view path);
/// The path of a built program: `echopool`, `echopoold`.
[[nodiscard]] std::string built_program(std::string_view name);

/// Whether a program can be found in PATH; a test that needs it says so and ends when it cannot.
[[nodiscard]] bool is_installed(std::string_view name);

}  // namespace echopool::test
