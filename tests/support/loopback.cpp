#include "loopback.hpp"

#include "sockaddr.hpp"

#include <poll.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <array>
#include <cerrno>
#include <random>
#include <stdexcept>
#include <system_error>

namespace echopool::test {
namespace {

[[noreturn]] void fail(const char* what) { throw std::system_error{errno, std::generic_category(), what}; }

}  // namespace

Client::Client(const Endpoint& server, std::optional<int> receive_buffer)
    : fd_{::socket(server.family() == Endpoint::Family::v6 ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)} {
  if (!fd_) fail("socket");
  const timeval fuse{.tv_sec = 20, .tv_usec = 0};
  ::setsockopt(fd_.get(), SOL_SOCKET, SO_RCVTIMEO, &fuse, sizeof fuse);
  ::setsockopt(fd_.get(), SOL_SOCKET, SO_SNDTIMEO, &fuse, sizeof fuse);
  if (receive_buffer) ::setsockopt(fd_.get(), SOL_SOCKET, SO_RCVBUF, &*receive_buffer, sizeof *receive_buffer);
  const SocketAddress address = to_sockaddr(server);
  if (::connect(fd_.get(), address.get(), address.length) != 0) fail("connect");
}

void Client::send(std::string_view bytes) {
  while (!bytes.empty()) {
    const auto n = ::send(fd_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (n < 0) fail("send");
    bytes.remove_prefix(static_cast<std::size_t>(n));
  }
}

std::size_t Client::send_some(std::string_view bytes) {
  const auto n = ::send(fd_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
  if (n < 0 && errno != EAGAIN) fail("send");
  return n < 0 ? 0 : static_cast<std::size_t>(n);
}

void Client::finish_sending() { ::shutdown(fd_.get(), SHUT_WR); }

std::string Client::receive(std::size_t size) {
  std::string result(size, '\0');
  std::size_t have = 0;
  while (have < size) {
    const auto n = ::recv(fd_.get(), result.data() + have, size - have, 0);
    if (n < 0) fail("recv");
    if (n == 0) break;
    have += static_cast<std::size_t>(n);
  }
  result.resize(have);
  return result;
}

std::string Client::receive_all() {
  std::string result;
  std::array<char, 65536> chunk;
  for (;;) {
    const auto n = ::recv(fd_.get(), chunk.data(), chunk.size(), 0);
    if (n < 0) fail("recv");
    if (n == 0) return result;
    result.append(chunk.data(), static_cast<std::size_t>(n));
  }
}

bool Client::ended_cleanly() {
  char byte = 0;
  const auto n = ::recv(fd_.get(), &byte, 1, 0);
  if (n == 0) return true;
  if (n < 0 && errno == ECONNRESET) return false;
  if (n < 0) fail("waiting for the server's end");
  throw std::runtime_error{"the server sent something instead of ending"};
}

bool Client::has_input(std::chrono::milliseconds wait) const {
  pollfd watched{.fd = fd_.get(), .events = POLLIN, .revents = 0};
  return ::poll(&watched, 1, static_cast<int>(wait.count())) > 0;
}

void Client::reset() {
  const linger now{.l_onoff = 1, .l_linger = 0};
  ::setsockopt(fd_.get(), SOL_SOCKET, SO_LINGER, &now, sizeof now);
  fd_.reset();
}

std::string pattern(std::size_t size, unsigned seed) {
  std::minstd_rand random{seed};
  std::string result(size, '\0');
  for (char& byte : result) byte = static_cast<char>(random() >> 8);
  return result;
}

}  // namespace echopool::test
