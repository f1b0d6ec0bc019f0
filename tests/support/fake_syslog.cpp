#include "fake_syslog.hpp"

#include "sockaddr.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <exception>
#include <regex>
#include <stdexcept>
#include <system_error>

namespace echopool::test {
namespace {

[[noreturn]] void fail(const char* what) { throw std::system_error{errno, std::generic_category(), what}; }

void write_file(const char* path, const std::string& text) {
  const UniqueFd file{::open(path, O_WRONLY | O_CLOEXEC)};
  if (!file || ::write(file.get(), text.data(), text.size()) < 0) fail(path);
}

/// A user namespace first, unless we are root: it makes us root inside.
void enter_own_dev() {
  const auto user = ::geteuid();
  const auto group = ::getegid();
  if (user != 0) {
    if (::unshare(CLONE_NEWUSER) != 0) fail("unshare(CLONE_NEWUSER)");
    write_file("/proc/self/setgroups", "deny");
    write_file("/proc/self/uid_map", "0 " + std::to_string(user) + " 1");
    write_file("/proc/self/gid_map", "0 " + std::to_string(group) + " 1");
  }
  if (::unshare(CLONE_NEWNS) != 0) fail("unshare(CLONE_NEWNS)");
  if (::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0) fail("mount /");
  if (::mount("tmpfs", "/dev", "tmpfs", 0, nullptr) != 0) fail("mount /dev");
}

std::string run_in_child(const std::function<std::string()>& body, int& status) {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) fail("pipe2");
  UniqueFd result{ends[0]};
  UniqueFd told{ends[1]};
  const pid_t child = ::fork();
  if (child < 0) fail("fork");
  if (child == 0) {
    std::string text;
    int failed = 0;
    try {
      text = body();
    } catch (const std::exception& error) {
      text = error.what();
      failed = 1;
    }
    const auto written = ::write(told.get(), text.data(), text.size());
    ::_exit(written == static_cast<ssize_t>(text.size()) ? failed : 2);
  }
  told.reset();
  std::string text;
  std::array<char, 4096> part;
  for (ssize_t size = 0; (size = ::read(result.get(), part.data(), part.size())) > 0;)
    text.append(part.data(), static_cast<std::size_t>(size));
  ::waitpid(child, &status, 0);
  return text;
}

}  // namespace

FakeSyslog::FakeSyslog(const std::string& path) : fd_{::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)} {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  path.copy(static_cast<char*>(address.sun_path), sizeof(address.sun_path) - 1);
  if (!fd_ || ::bind(fd_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0) fail(path.c_str());
}

FakeSyslog::FakeSyslog(const Endpoint& address) {
  const SocketAddress socket_address = to_sockaddr(address);
  fd_.reset(::socket(socket_address.get()->sa_family, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  if (!fd_ || ::bind(fd_.get(), socket_address.get(), socket_address.length) != 0) fail("bind");
}

Endpoint FakeSyslog::endpoint() const { return local_endpoint(fd_.get()); }

std::optional<std::string> FakeSyslog::receive() {
  pollfd ready{fd_.get(), POLLIN, 0};
  if (::poll(&ready, 1, 20'000) != 1) return std::nullopt;
  std::array<char, 65536> datagram;
  const ssize_t size = ::recv(fd_.get(), datagram.data(), datagram.size(), 0);
  if (size < 0) return std::nullopt;
  return std::string{datagram.data(), static_cast<std::size_t>(size)};
}

std::size_t FakeSyslog::drain() {
  std::size_t count = 0;
  for (pollfd ready{fd_.get(), POLLIN, 0}; ::poll(&ready, 1, 300) == 1; ++count)
    if (!receive()) fail("recv");
  return count;
}

std::optional<SyslogMessage> parse_syslog(const std::string& text) {
  static const std::regex shape{"<(\\d{1,3})>[A-Z][a-z]{2} [ \\d]\\d \\d\\d:\\d\\d:\\d\\d (.*)"};
  std::smatch parts;
  if (!std::regex_match(text, parts, shape)) return std::nullopt;
  const int priority = std::stoi(parts[1]);
  return SyslogMessage{priority & ~7, priority & 7, parts[2]};
}

std::string with_own_dev(const std::function<std::string()>& body) {
  int status = 0;
  const auto text = run_in_child(
      [&] {
        enter_own_dev();
        return body();
      },
      status);
  if (status != 0) throw std::runtime_error{"the child failed (wait status " + std::to_string(status) + "): " + text};
  return text;
}

bool may_have_own_dev() {
  static const bool may = [] {
    int status = 0;
    static_cast<void>(run_in_child(
        [] {
          enter_own_dev();
          return std::string{};
        },
        status));
    return status == 0;
  }();
  return may;
}

}  // namespace echopool::test
