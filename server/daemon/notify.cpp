#include "notify.hpp"

#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace echopool {
namespace {

std::optional<std::int64_t> number(const char* text) {
  if (text == nullptr) return std::nullopt;
  std::int64_t value = 0;
  const char* const last = text + std::strlen(text);
  const auto [end, error] = std::from_chars(text, last, value);
  if (error != std::errc{} || end != last || value <= 0) return std::nullopt;
  return value;
}

/// A path, or `@` and an abstract name (unix(7)). Other kinds of socket (vsock) are for guests, which we need not
/// serve.
UniqueFd connect_to(std::string_view name) {
  sockaddr_un address{};
  if (name.size() < 2 || name.size() >= sizeof address.sun_path || (name[0] != '/' && name[0] != '@')) return {};
  address.sun_family = AF_UNIX;
  std::copy(name.begin(), name.end(), address.sun_path);
  if (name[0] == '@') address.sun_path[0] = '\0';
  const auto length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + name.size());
  UniqueFd fd{::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)};
  // A manager that does not read must not hold up the service for ever.
  const timeval patience{.tv_sec = 5, .tv_usec = 0};
  if (fd) ::setsockopt(fd.get(), SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
  if (!fd || ::connect(fd.get(), reinterpret_cast<const sockaddr*>(&address), length) != 0) return {};
  return fd;
}

std::int64_t monotonic_microseconds() {
  timespec now{};
  ::clock_gettime(CLOCK_MONOTONIC, &now);
  return static_cast<std::int64_t>(now.tv_sec) * 1'000'000 + now.tv_nsec / 1'000;
}

}  // namespace

Notifier::Notifier(Lookup variable) {
  const char* const name = variable("NOTIFY_SOCKET");
  if (name == nullptr) return;
  socket_ = connect_to(name);
  const auto tolerated = number(variable("WATCHDOG_USEC"));
  const char* const watched = variable("WATCHDOG_PID");
  if (!tolerated || (watched != nullptr && number(watched) != ::getpid())) return;
  interval_ = std::chrono::milliseconds{std::max<std::int64_t>(1, *tolerated / 2'000)};
}

void Notifier::ready(std::string_view status) const { send("READY=1\nSTATUS=" + std::string{status}); }

void Notifier::reloading() const {
  send("RELOADING=1\nMONOTONIC_USEC=" + std::to_string(monotonic_microseconds()) +
       "\nSTATUS=reading the configuration");
}

void Notifier::stopping(std::string_view status) const { send("STOPPING=1\nSTATUS=" + std::string{status}); }

void Notifier::alive() const { send("WATCHDOG=1"); }

void Notifier::send(const std::string& message) const {
  if (socket_) ::send(socket_.get(), message.data(), message.size(), MSG_NOSIGNAL);
}

}  // namespace echopool
