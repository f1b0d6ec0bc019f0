#include "program.hpp"

#include "unique_fd.hpp"

#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <spawn.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <sstream>
#include <stdexcept>
#include <system_error>

namespace echopool::test {
namespace {

struct Ends {
  int ours = -1;
  int theirs = -1;
};

[[noreturn]] void fail(const char* what) { throw std::system_error{errno, std::generic_category(), what}; }

Ends make_pipe(bool we_write) {
  std::array<int, 2> fds{};
  if (::pipe2(fds.data(), O_CLOEXEC) != 0) fail("pipe2");
  return we_write ? Ends{fds[1], fds[0]} : Ends{fds[0], fds[1]};
}

Ends make_terminal(int columns) {
  winsize size{};
  size.ws_row = 24;
  size.ws_col = static_cast<unsigned short>(columns);
  Ends ends;
  if (::openpty(&ends.ours, &ends.theirs, nullptr, nullptr, &size) != 0) fail("openpty");
  ::fcntl(ends.ours, F_SETFD, FD_CLOEXEC);
  ::fcntl(ends.theirs, F_SETFD, FD_CLOEXEC);
  return ends;
}

std::vector<std::string> merged_environment(const std::map<std::string, std::string>& changes) {
  std::vector<std::string> result;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string text = *entry;
    if (changes.count(text.substr(0, text.find('='))) == 0) result.push_back(text);
  }
  for (const auto& [name, value] : changes)
    if (!value.empty()) result.push_back(name + "=" + value);
  return result;
}

std::vector<char*> pointers(std::vector<std::string>& words) {
  std::vector<char*> result;
  for (auto& word : words) result.push_back(word.data());
  result.push_back(nullptr);
  return result;
}

void close_fd(int& fd) {
  if (fd >= 0) ::close(fd);
  fd = -1;
}

void take(int& fd, std::string& into) {
  std::array<char, 65'536> block{};
  const ssize_t got = ::read(fd, block.data(), block.size());
  if (got > 0)
    into.append(block.data(), static_cast<std::size_t>(got));
  else if (got == 0 || (errno != EINTR && errno != EAGAIN))  // a terminal whose other side is gone: EIO
    close_fd(fd);
}

}  // namespace

Program::Program(const std::vector<std::string>& words, std::string input, const ProgramSettings& settings)
    : keep_input_open_{settings.keep_input_open}, input_{std::move(input)} {
  ::signal(SIGPIPE, SIG_IGN);
  const Ends in = make_pipe(true);
  const Ends out = make_pipe(false);
  const Ends err = settings.terminal_columns > 0 ? make_terminal(settings.terminal_columns) : make_pipe(false);
  ::fcntl(in.ours, F_SETFL, O_NONBLOCK);

  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_adddup2(&actions, in.theirs, STDIN_FILENO);
  ::posix_spawn_file_actions_adddup2(&actions, out.theirs, STDOUT_FILENO);
  ::posix_spawn_file_actions_adddup2(&actions, err.theirs, STDERR_FILENO);
  // High first: none of ours may stand where another one goes.
  std::vector<UniqueFd> high;
  for (const auto& [theirs, ours] : settings.descriptors) {
    high.emplace_back(::fcntl(ours, F_DUPFD_CLOEXEC, 64));
    ::posix_spawn_file_actions_adddup2(&actions, high.back().get(), theirs);
  }
  posix_spawnattr_t attributes;
  ::posix_spawnattr_init(&attributes);
  sigset_t defaults;
  ::sigemptyset(&defaults);
  ::sigaddset(&defaults, SIGPIPE);
  ::posix_spawnattr_setsigdefault(&attributes, &defaults);
  ::posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF);

  std::vector<std::string> arguments = words;
  std::vector<std::string> environment = merged_environment(settings.environment);
  const int error = ::posix_spawnp(&pid_, words.front().c_str(), &actions, &attributes, pointers(arguments).data(),
                                   pointers(environment).data());
  ::posix_spawn_file_actions_destroy(&actions);
  ::posix_spawnattr_destroy(&attributes);
  for (int fd : {in.theirs, out.theirs, err.theirs}) ::close(fd);
  in_ = in.ours;
  out_ = out.ours;
  err_ = err.ours;
  if (error != 0) throw std::system_error{error, std::generic_category(), "cannot start " + words.front()};
}

Program::~Program() {
  if (pid_ > 0) {
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
  }
  for (int* fd : {&in_, &out_, &err_}) close_fd(*fd);
}

void Program::signal(int number) const { ::kill(pid_, number); }

bool Program::pump(std::chrono::milliseconds wait) {
  if (in_ >= 0 && input_.empty() && !keep_input_open_) close_fd(in_);
  std::array<pollfd, 3> watched{{{input_.empty() ? -1 : in_, POLLOUT, 0}, {out_, POLLIN, 0}, {err_, POLLIN, 0}}};
  ::poll(watched.data(), watched.size(), static_cast<int>(wait.count()));
  if (watched[0].revents != 0) {
    const ssize_t put = ::write(in_, input_.data(), input_.size());
    if (put > 0) input_.erase(0, static_cast<std::size_t>(put));
    if (put < 0 && errno != EAGAIN && errno != EINTR) {
      input_.clear();
      close_fd(in_);
    }
  }
  if (watched[1].revents != 0) take(out_, result_.out);
  if (watched[2].revents != 0) take(err_, result_.err);
  return out_ >= 0 || err_ >= 0;
}

bool Program::prints(std::string_view text, std::chrono::milliseconds limit) {
  const auto end = std::chrono::steady_clock::now() + limit;
  const auto found = [&] {
    return result_.out.find(text) != std::string::npos || result_.err.find(text) != std::string::npos;
  };
  while (!found() && std::chrono::steady_clock::now() < end)
    if (!pump(std::chrono::milliseconds{100})) break;
  return found();
}

ProgramResult Program::finish(std::chrono::milliseconds limit) {
  keep_input_open_ = false;
  const auto end = std::chrono::steady_clock::now() + limit;
  while (pump(std::chrono::milliseconds{100}))
    if (std::chrono::steady_clock::now() > end) ::kill(pid_, SIGKILL);
  int status = 0;
  while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) continue;
  pid_ = -1;
  result_.status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  return result_;
}

ProgramResult run_program(const std::vector<std::string>& words, const std::string& input,
                          const ProgramSettings& settings) {
  return Program{words, input, settings}.finish();
}

std::string built_file(std::string_view path) { return std::string{ECHOPOOL_BINARY_DIR "/"}.append(path); }
std::string source_file(std::string_view path) { return std::string{ECHOPOOL_SOURCE_DIR "/"}.append(path); }
std::string built_program(std::string_view name) { return built_file("bin/").append(name); }

bool is_installed(std::string_view name) {
  const char* path = std::getenv("PATH");
  std::istringstream folders{std::string{path == nullptr ? "" : path} + ":/usr/sbin:/sbin"};
  for (std::string folder; std::getline(folders, folder, ':');)
    if (::access((std::filesystem::path{folder} / name).c_str(), X_OK) == 0) return true;
  return false;
}

}  // namespace echopool::test
