// A bare echo server: one thread, one level-triggered epoll loop, non-blocking sockets, one shared buffer. What a
// socket does not take is kept, and no more read from that connection until it is sent. usage: epoll_echo PORT
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>

namespace {

struct Peer {
  explicit Peer(int accepted) : fd{accepted} {}
  ~Peer() { ::close(fd); }
  Peer(const Peer&) = delete;
  Peer& operator=(const Peer&) = delete;

  int fd;
  std::string unsent;
};

int epoll = -1;
std::array<char, 65536> data;

void watch(int operation, int fd, std::uint32_t events, void* peer) {
  epoll_event event{.events = events, .data = {.ptr = peer}};
  ::epoll_ctl(epoll, operation, fd, &event);
}

/// How much the socket took; -1: the connection is broken.
ssize_t send_some(int fd, const char* from, std::size_t size) {
  const ssize_t n = ::send(fd, from, size, MSG_NOSIGNAL);
  return n < 0 && errno == EAGAIN ? 0 : n;
}

/// False: the connection has ended.
bool serve(Peer& peer) {
  if (!peer.unsent.empty()) {
    const ssize_t sent = send_some(peer.fd, peer.unsent.data(), peer.unsent.size());
    if (sent < 0) return false;
    peer.unsent.erase(0, static_cast<std::size_t>(sent));
    if (peer.unsent.empty()) watch(EPOLL_CTL_MOD, peer.fd, EPOLLIN, &peer);
    return true;
  }
  const ssize_t size = ::recv(peer.fd, data.data(), data.size(), 0);
  if (size <= 0) return size < 0 && errno == EAGAIN;
  const ssize_t sent = send_some(peer.fd, data.data(), static_cast<std::size_t>(size));
  if (sent < 0) return false;
  if (sent < size) {
    peer.unsent.assign(data.data() + sent, static_cast<std::size_t>(size - sent));
    watch(EPOLL_CTL_MOD, peer.fd, EPOLLOUT, &peer);
  }
  return true;
}

}  // namespace

int main(int argc, char** argv) {
  const int listener = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const int on = 1;
  ::setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  ::setsockopt(listener, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(argc > 1 ? std::atoi(argv[1]) : 0));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::bind(listener, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0 || ::listen(listener, 511) != 0) {
    std::perror("epoll_echo");
    return 1;
  }
  epoll = ::epoll_create1(EPOLL_CLOEXEC);
  watch(EPOLL_CTL_ADD, listener, EPOLLIN, nullptr);
  std::array<epoll_event, 128> events;
  for (;;) {
    const int count = ::epoll_wait(epoll, events.data(), static_cast<int>(events.size()), -1);
    for (int i = 0; i < count; ++i) {
      auto* peer = static_cast<Peer*>(events[static_cast<std::size_t>(i)].data.ptr);
      if (peer != nullptr) {
        if (!serve(*peer)) std::default_delete<Peer>{}(peer);
        continue;
      }
      const int fd = ::accept4(listener, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
      if (fd >= 0) watch(EPOLL_CTL_ADD, fd, EPOLLIN, std::make_unique<Peer>(fd).release());
    }
  }
}
