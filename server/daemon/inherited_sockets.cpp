#include "inherited_sockets.hpp"

#include "options/units.hpp"

#include <echopool/error.hpp>

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <optional>

namespace echopool {
namespace {

constexpr int first_systemd_fd = 3;  // SD_LISTEN_FDS_START, sd_listen_fds(3)

std::optional<int> socket_option(int fd, int name) {
  int value = 0;
  socklen_t length = sizeof value;
  if (::getsockopt(fd, SOL_SOCKET, name, &value, &length) != 0) return std::nullopt;
  return value;
}

std::optional<std::string> take_variable(const char* name) {
  const char* const value = std::getenv(name);
  if (value == nullptr) return std::nullopt;
  std::string copy{value};
  ::unsetenv(name);
  return copy;
}

std::vector<std::string> split_names(std::string_view text) {
  std::vector<std::string> names;
  for (;;) {
    const auto colon = text.find(':');
    names.emplace_back(text.substr(0, colon));
    if (colon == std::string_view::npos) return names;
    text.remove_prefix(colon + 1);
  }
}

void adopt(int fd, const std::string& name, InheritedListeners& listeners) {
  ::fcntl(fd, F_SETFD, FD_CLOEXEC);
  UniqueFd owned{fd};
  switch (kind_of_socket(fd)) {
    case SocketKind::tcp_listener:
      listeners.tcp.push_back(std::move(owned));
      return;
    case SocketKind::udp:
      listeners.udp.push_back(std::move(owned));
      return;
    case SocketKind::tcp_connection:
      throw StartError{0, "the service manager handed over descriptor " + std::to_string(fd) + " (" + name +
                              "), a connection; use Accept=no, or StandardInput=socket and --inetd"};
    case SocketKind::none:
      break;
  }
  throw StartError{0, "the service manager handed over descriptor " + std::to_string(fd) + " (" + name +
                          "), which is neither TCP nor UDP; use ListenStream=ADDRESS:PORT or "
                          "ListenDatagram=ADDRESS:PORT"};
}

/// /dev/null, or where there is none (in a chroot) something else that neither reads nor writes: open(2), O_PATH.
UniqueFd open_nowhere() {
  UniqueFd null{::open("/dev/null", O_RDWR | O_CLOEXEC)};
  return null ? std::move(null) : UniqueFd{::open("/", O_PATH | O_CLOEXEC)};
}

}  // namespace

SocketKind kind_of_socket(int fd) {
  const auto domain = socket_option(fd, SO_DOMAIN);
  const auto type = socket_option(fd, SO_TYPE);
  if (!domain || !type || (*domain != AF_INET && *domain != AF_INET6)) return SocketKind::none;
  if (*type == SOCK_DGRAM) return SocketKind::udp;
  if (*type != SOCK_STREAM) return SocketKind::none;
  return socket_option(fd, SO_ACCEPTCONN).value_or(0) != 0 ? SocketKind::tcp_listener : SocketKind::tcp_connection;
}

InheritedListeners take_systemd_sockets() {
  const auto pid = take_variable("LISTEN_PID");
  const auto count = take_variable("LISTEN_FDS");
  const auto names = split_names(take_variable("LISTEN_FDNAMES").value_or(""));
  InheritedListeners listeners;
  // Meant for a parent of ours that did not clean up.
  if (!pid || !count || *pid != std::to_string(::getpid())) return listeners;
  int sockets = 0;
  try {
    sockets = to_count<int>(*count, 0, 1024);
  } catch (const std::invalid_argument& error) {
    throw StartError{0, "environment variable LISTEN_FDS=" + *count + " " + error.what()};
  }
  for (int i = 0; i < sockets; ++i) {
    const auto index = static_cast<std::size_t>(i);
    adopt(first_systemd_fd + i, index < names.size() ? names[index] : "unnamed", listeners);
  }
  return listeners;
}

UniqueFd take_standard_input() {
  if (kind_of_socket(STDIN_FILENO) == SocketKind::none) return {};
  UniqueFd moved{::fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, STDERR_FILENO + 1)};
  if (moved) close_standard_descriptors();
  return moved;
}

void open_standard_descriptors() {
  UniqueFd fd = open_nowhere();
  while (fd && fd.get() <= STDERR_FILENO) {
    // It is one of them now, and stays.
    ::fcntl(fd.release(), F_SETFD, 0);
    fd = open_nowhere();
  }
}

void close_standard_descriptors() {
  const UniqueFd nowhere = open_nowhere();
  if (!nowhere) return;
  for (const int fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) ::dup2(nowhere.get(), fd);
}

}  // namespace echopool
