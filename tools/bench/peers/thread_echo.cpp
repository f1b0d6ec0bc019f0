// The classic: a blocking thread for each connection, nothing else. usage: thread_echo PORT
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <thread>

namespace {

void serve(int fd) {
  std::array<char, 65536> data;
  for (ssize_t size = 0; (size = ::recv(fd, data.data(), data.size(), 0)) > 0;)
    for (ssize_t sent = 0; sent < size;) {
      const ssize_t n = ::send(fd, data.data() + sent, static_cast<std::size_t>(size - sent), MSG_NOSIGNAL);
      if (n <= 0) break;
      sent += n;
    }
  ::close(fd);
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
    std::perror("thread_echo");
    return 1;
  }
  socklen_t length = sizeof address;
  ::getsockname(listener, reinterpret_cast<sockaddr*>(&address), &length);
  std::printf("%d\n", ntohs(address.sin_port));
  std::fflush(stdout);
  for (;;) {
    const int fd = ::accept4(listener, nullptr, nullptr, SOCK_CLOEXEC);
    if (fd >= 0) std::thread{serve, fd}.detach();
  }
}
