#include "faulty_stream_echo.hpp"

#include "sockaddr.hpp"

#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

namespace echopool::test {
namespace {

void set_buffer(int fd, int name, int size) {
  if (size > 0) ::setsockopt(fd, SOL_SOCKET, name, &size, sizeof size);
}

UniqueFd listening_socket(const char* address, const StreamFaults& faults) {
  const bool v6 = std::string_view{address}.find(':') != std::string_view::npos;
  const auto local = to_sockaddr(Endpoint::parse((v6 ? "[" + std::string{address} + "]" : address) + ":0"));
  UniqueFd socket{::socket(local.storage.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0)};
  // Buffers are inherited by what accept(2) returns; the window is agreed on before that.
  set_buffer(socket.get(), SO_RCVBUF, faults.receive_buffer);
  set_buffer(socket.get(), SO_SNDBUF, faults.send_buffer);
  if (!socket || ::bind(socket.get(), local.get(), local.length) != 0 || ::listen(socket.get(), 1024) != 0)
    throw std::system_error{errno, std::generic_category(), "cannot listen on a test socket"};
  return socket;
}

bool send_all(int fd, const char* bytes, std::size_t size) {
  while (size > 0) {
    const ssize_t put = ::send(fd, bytes, size, MSG_NOSIGNAL);
    if (put < 0 && errno == EINTR) continue;
    if (put < 0) return false;
    bytes += put;
    size -= static_cast<std::size_t>(put);
  }
  return true;
}

}  // namespace

FaultyStreamEcho::FaultyStreamEcho(const StreamFaults& faults, const char* address)
    : faults_{faults}, listener_{listening_socket(address, faults)}, endpoint_{local_endpoint(listener_.get())} {
  acceptor_ = Thread{"faulty-tcp", 256_KiB, [this] { accept_all(); }};
}

FaultyStreamEcho::~FaultyStreamEcho() {
  stop_.wake();
  acceptor_.join();
  {
    const std::lock_guard lock{mutex_};
    for (const UniqueFd& connection : connections_) ::shutdown(connection.get(), SHUT_RDWR);
  }
  threads_.clear();
}

void FaultyStreamEcho::accept_all() {
  for (;;) {
    std::array<pollfd, 2> watched{{{listener_.get(), POLLIN, 0}, {stop_.fd(), POLLIN, 0}}};
    ::poll(watched.data(), watched.size(), -1);
    if (watched[1].revents != 0) return;
    UniqueFd connection{::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC)};
    if (!connection) continue;
    ++accepted_;
    const int fd = connection.get();
    const std::lock_guard lock{mutex_};
    connections_.push_back(std::move(connection));
    if (!faults_.never_read) threads_.emplace_back("faulty-tcp-peer", 256_KiB, [this, fd] { serve(fd); });
  }
}

bool FaultyStreamEcho::answer(int fd, char* bytes, std::size_t size, std::uint64_t offset) {
  if (faults_.corrupt_at >= offset && faults_.corrupt_at < offset + size) {
    char& byte = bytes[faults_.corrupt_at - offset];
    byte = static_cast<char>(~byte);
  }
  const std::uint64_t end = std::min({faults_.close_after, faults_.reset_after, faults_.silent_after});
  const std::uint64_t allowed = end > offset ? end - offset : 0;
  if (faults_.delay.count() > 0) ::poll(nullptr, 0, static_cast<int>(faults_.delay.count()));
  return send_all(fd, bytes, static_cast<std::size_t>(std::min<std::uint64_t>(size, allowed)));
}

void FaultyStreamEcho::serve(int fd) {
  std::vector<char> buffer(faults_.block);
  std::uint64_t offset = 0;
  for (;;) {
    const ssize_t got = ::recv(fd, buffer.data(), buffer.size(), 0);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) break;
    const auto size = static_cast<std::size_t>(got);
    if (!answer(fd, buffer.data(), size, offset)) break;
    ++answered_;
    offset += size;
    if (offset >= faults_.reset_after) {
      const linger at_once{1, 0};
      ::setsockopt(fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
      return close_connection(fd);
    }
    if (offset >= faults_.close_after) break;
  }
  if (faults_.keep_open) return;
  const std::string extra(faults_.extra_at_end, '+');
  send_all(fd, extra.data(), extra.size());
  close_connection(fd);
}

void FaultyStreamEcho::close_connection(int fd) {
  const std::lock_guard lock{mutex_};
  connections_.remove_if([fd](const UniqueFd& connection) { return connection.get() == fd; });
}

}  // namespace echopool::test
