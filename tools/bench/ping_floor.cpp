// The least a ping can cost: send, block in recv, look at the clock. Also the UDP echo service that it is measured
// against. For `./dev bench client`; prints one JSON object.
//
// usage: ping_floor tcp|udp PORT SIZE COUNT     measure
//        ping_floor serve PORT                  echo datagrams until killed
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <time.h>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

namespace {

[[noreturn]] void die(const char* what) {
  std::perror(what);
  std::exit(1);
}

long now_ns() {
  timespec time{};
  ::clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec * 1'000'000'000L + time.tv_nsec;
}

sockaddr_in loopback(const char* port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(static_cast<std::uint16_t>(std::atoi(port)));
  return address;
}

[[noreturn]] void serve(const char* port) {
  const int fd = ::socket(AF_INET, SOCK_DGRAM, 0);
  const sockaddr_in address = loopback(port);
  if (::bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) die("bind");
  std::vector<char> buffer(65'536);
  for (;;) {
    sockaddr_in peer{};
    socklen_t length = sizeof peer;
    const auto got = ::recvfrom(fd, buffer.data(), buffer.size(), 0, reinterpret_cast<sockaddr*>(&peer), &length);
    if (got >= 0)
      ::sendto(fd, buffer.data(), static_cast<std::size_t>(got), 0, reinterpret_cast<const sockaddr*>(&peer), length);
  }
}

void measure(bool tcp, const char* port, std::size_t size, std::size_t count) {
  const int fd = ::socket(AF_INET, tcp ? SOCK_STREAM : SOCK_DGRAM, 0);
  const sockaddr_in address = loopback(port);
  if (::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) die("connect");
  const int on = 1;
  if (tcp) ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  const std::vector<char> message(size, 'x');
  std::vector<char> into(65'536);
  std::vector<long> times(count);
  for (long& time : times) {
    const long start = now_ns();
    if (::send(fd, message.data(), size, 0) < 0) die("send");
    for (std::size_t got = 0; got < size;) {
      const auto part = ::recv(fd, into.data(), into.size(), 0);
      if (part <= 0) die("recv");
      got += static_cast<std::size_t>(part);
    }
    time = now_ns() - start;
  }
  std::sort(times.begin(), times.end());
  std::printf("{\"p50_ns\": %ld, \"p99_ns\": %ld, \"min_ns\": %ld}\n", times[count / 2], times[count * 99 / 100],
              times[0]);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc == 3 && std::string{argv[1]} == "serve") serve(argv[2]);
  if (argc != 5) {
    std::fputs("usage: ping_floor tcp|udp PORT SIZE COUNT | serve PORT\n", stderr);
    return 2;
  }
  measure(std::string{argv[1]} == "tcp", argv[2], std::strtoul(argv[3], nullptr, 10),
          std::strtoul(argv[4], nullptr, 10));
}
