#include "socket.hpp"

#include <arpa/inet.h>
#include <linux/sockios.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <utility>

namespace hostile {
namespace {

constexpr std::uint8_t established_state = 1;  // TCP_ESTABLISHED of netinet/tcp.h, which excludes linux/tcp.h
constexpr std::uint32_t sources = 200;         // one address has but 28,000 ports, and some wait out their minute

void option(int fd, int level, int name, int value) {
  if (::setsockopt(fd, level, name, &value, sizeof value) != 0) die("setsockopt");
}

bool would_wait() { return errno == EAGAIN || errno == EINTR; }

}  // namespace

void die(const char* what) {
  std::perror(what);
  std::exit(1);
}

Socket::~Socket() {
  if (is_open()) ::close(descriptor_);
}

Socket::Socket(Socket&& other) noexcept : descriptor_{std::exchange(other.descriptor_, -1)} {}

Socket& Socket::operator=(Socket&& other) noexcept {
  std::swap(descriptor_, other.descriptor_);
  return *this;
}

Socket Socket::dial(std::uint16_t port, Sizes sizes) {
  Socket made;
  made.descriptor_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (!made.is_open()) die("socket");
  const int fd = made.descriptor_;
  static std::uint32_t turn = 0;
  sockaddr_in from{};
  from.sin_family = AF_INET;
  from.sin_addr.s_addr = htonl(INADDR_LOOPBACK + 1 + ++turn % sources);
  option(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, 1);
  if (::bind(fd, reinterpret_cast<sockaddr*>(&from), sizeof from) != 0) die("bind");
  option(fd, IPPROTO_TCP, TCP_NODELAY, 1);
  if (sizes.receive_buffer > 0) option(fd, SOL_SOCKET, SO_RCVBUF, sizes.receive_buffer);
  if (sizes.send_buffer > 0) option(fd, SOL_SOCKET, SO_SNDBUF, sizes.send_buffer);
  if (sizes.segment > 0) option(fd, IPPROTO_TCP, TCP_MAXSEG, sizes.segment);
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(port);
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  // What fails at once is writable at once, and is_connected() tells.
  if (::connect(fd, reinterpret_cast<sockaddr*>(&to), sizeof to) != 0 && errno == EADDRNOTAVAIL) die("connect");
  return made;
}

bool Socket::is_connected() const noexcept { return facts().established; }

std::optional<std::size_t> Socket::send(std::string_view bytes) noexcept {
  const auto n = ::send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
  if (n >= 0) return static_cast<std::size_t>(n);
  return would_wait() ? std::optional<std::size_t>{0} : std::nullopt;
}

std::optional<std::size_t> Socket::take(std::size_t most) noexcept {
  static std::array<char, 65536> data;
  const auto n = ::recv(descriptor_, data.data(), most < data.size() ? most : data.size(), 0);
  if (n > 0) return static_cast<std::size_t>(n);
  return n < 0 && would_wait() ? std::optional<std::size_t>{0} : std::nullopt;
}

bool Socket::finish() noexcept { return ::shutdown(descriptor_, SHUT_WR) == 0; }

void Socket::reset() noexcept {
  if (!is_open()) return;
  const linger at_once{.l_onoff = 1, .l_linger = 0};
  ::setsockopt(descriptor_, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  ::close(std::exchange(descriptor_, -1));
}

Facts Socket::facts() const noexcept {
  tcp_info found{};  // of the kernel's header: that of the C library ends before the counts

  socklen_t size = sizeof found;
  ::getsockopt(descriptor_, IPPROTO_TCP, TCP_INFO, &found, &size);
  return {found.tcpi_state == established_state, found.tcpi_bytes_acked, found.tcpi_bytes_received};
}

std::size_t Socket::unsent() const noexcept {
  int bytes = 0;
  return ::ioctl(descriptor_, SIOCOUTQ, &bytes) == 0 ? static_cast<std::size_t>(bytes) : 0;
}

}  // namespace hostile
