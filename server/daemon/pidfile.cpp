#include "pidfile.hpp"

#include "unique_fd.hpp"

#include <echopool/error.hpp>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>

namespace echopool {
namespace {

[[noreturn]] void fail(const std::string& what, const std::string& path) {
  throw StartError{errno, "cannot " + what + " the pidfile " + path + " (process.pidfile)"};
}

std::string first_line(int fd) {
  std::array<char, 24> text{};
  const ssize_t size = ::pread(fd, text.data(), text.size(), 0);
  const auto end = text.begin() + std::max<ssize_t>(0, size);
  return {text.begin(), std::find(text.begin(), end, '\n')};
}

/// Whether `path` still names what is open: its last owner may have removed it between our open(2) and our flock(2).
bool is_at(const std::string& path, int fd) {
  struct stat opened {};
  struct stat named {};
  return ::fstat(fd, &opened) == 0 && ::stat(path.c_str(), &named) == 0 && opened.st_dev == named.st_dev &&
         opened.st_ino == named.st_ino;
}

UniqueFd lock(const std::string& path) {
  for (;;) {
    UniqueFd fd{::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0644)};
    if (!fd) fail("open", path);
    if (::flock(fd.get(), LOCK_EX | LOCK_NB) != 0) {
      if (errno != EWOULDBLOCK) fail("lock", path);
      throw StartError{0, "another instance is running: the pidfile " + path + " is locked by pid " +
                              first_line(fd.get()) + "; stop that one, or choose another process.pidfile"};
    }
    if (is_at(path, fd.get())) return fd;
  }
}

}  // namespace

Pidfile::Pidfile(const std::string& path) : path_{path} {
  if (path_.empty()) return;
  fd_ = lock(path_);
  const std::string text = std::to_string(::getpid()) + "\n";
  if (::ftruncate(fd_.get(), 0) != 0 ||
      ::pwrite(fd_.get(), text.data(), text.size(), 0) != static_cast<ssize_t>(text.size()))
    fail("write", path_);
}

Pidfile::~Pidfile() {
  // Still locked: no other process can have taken it.
  if (fd_) ::unlink(path_.c_str());
}

}  // namespace echopool
