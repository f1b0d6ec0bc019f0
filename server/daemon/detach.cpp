#include "detach.hpp"

#include "inherited_sockets.hpp"

#include <echopool/error.hpp>

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>

namespace echopool {
namespace {

/// In the command: waits for the byte, or for the end of a daemon that cannot send it any more.
int await(const UniqueFd& pipe) {
  unsigned char status = 0;
  ssize_t count = 0;
  do {
    count = ::read(pipe.get(), &status, 1);
  } while (count < 0 && errno == EINTR);
  if (count == 1) return status;
  std::fputs("echopoold: the daemon ended before it was ready\n", stderr);
  return 1;
}

pid_t fork_or_throw() {
  const pid_t pid = ::fork();
  if (pid < 0) throw StartError{errno, "cannot start a process; raise the limit on them (ulimit -u)"};
  return pid;
}

}  // namespace

Detached detach() {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0)
    throw StartError{errno, "cannot create a pipe; raise the limit on open files (ulimit -n)"};
  UniqueFd reading{ends[0]};
  UniqueFd writing{ends[1]};
  if (const pid_t child = fork_or_throw(); child > 0) {
    writing.reset();
    ::waitpid(child, nullptr, 0);
    return {await(reading), {}};
  }
  reading.reset();
  ::setsid();
  try {
    if (fork_or_throw() > 0) ::_exit(0);
  } catch (const StartError& error) {
    std::fprintf(stderr, "echopoold: %s\n", error.what());
    StartReport{std::move(writing)}.failed(1);
    ::_exit(1);
  }
  if (::chdir("/") != 0) throw StartError{errno, "cannot change to /"};
  return {std::nullopt, StartReport{std::move(writing)}};
}

void StartReport::ready() {
  if (!pipe_) return;
  close_standard_descriptors();
  send(0);
}

void StartReport::failed(int status) { send(status); }

void StartReport::send(int status) {
  if (!pipe_) return;
  const auto byte = static_cast<unsigned char>(status);
  [[maybe_unused]] const auto written = ::write(pipe_.get(), &byte, 1);
  pipe_.reset();
}

}  // namespace echopool
