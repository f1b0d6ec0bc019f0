// A load generator for the benchmarks: one thread, one epoll set, closed loop. Prints "open" when its connections are,
// and one JSON object when it has done; then it keeps them until its input ends.
//
// usage: generator PORT MODE CONNECTIONS SIZE SECONDS [REQUESTS]
//   echo     each connection sends SIZE bytes, waits for all of them, sends again
//   connect  each slot connects, sends SIZE bytes, waits for them, finishes, waits for the end, connects again;
//            its latency is that of the whole connection
//   stream   each connection sends without pause and reads what comes; one more probes with 64 bytes every 5 ms
//   idle     opens CONNECTIONS silent connections
// It ends after SECONDS, or after REQUESTS if that comes first.
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

namespace {

using Clock = std::chrono::steady_clock;

struct Peer {
  int fd = -1;
  std::size_t missing = 0;
  Clock::time_point sent{};
};

sockaddr_in server{};

[[noreturn]] void die(const char* what) {
  std::perror(what);
  std::exit(1);
}

int dial() {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0) die("socket");
  // From many addresses in turn: closed connections occupy their port for a minute, and one address has but 28,000.
  static std::uint32_t turn = 0;
  sockaddr_in from{};
  from.sin_family = AF_INET;
  from.sin_addr.s_addr = htonl(INADDR_LOOPBACK + 1 + ++turn % 200);
  const int yes = 1;
  ::setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &yes, sizeof yes);
  if (::bind(fd, reinterpret_cast<sockaddr*>(&from), sizeof from) != 0) die("bind");
  ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
  if (::connect(fd, reinterpret_cast<sockaddr*>(&server), sizeof server) != 0) die("connect");
  return fd;
}

void watch(int epoll, int fd, std::uint32_t events, std::uint32_t index, int operation = EPOLL_CTL_ADD) {
  epoll_event event{.events = events, .data = {.u32 = index}};
  if (::epoll_ctl(epoll, operation, fd, &event) != 0) die("epoll_ctl");
}

void announce_open() {
  std::puts("open");
  std::fflush(stdout);
}

void put(Peer& peer, const std::vector<char>& message, Clock::time_point since) {
  peer.missing = message.size();
  peer.sent = since;
  std::size_t done = 0;
  while (done < message.size()) {
    const auto n = ::send(peer.fd, message.data() + done, message.size() - done, MSG_NOSIGNAL);
    if (n < 0) die("send");
    done += static_cast<std::size_t>(n);
  }
}

double percentile(std::vector<float>& sorted, double p) {
  if (sorted.empty()) return 0;
  const auto rank = static_cast<std::size_t>(p * static_cast<double>(sorted.size() - 1) + 0.5);
  return sorted[rank];
}

void report(std::uint64_t requests, std::uint64_t bytes, double seconds, std::vector<float>& latencies) {
  std::sort(latencies.begin(), latencies.end());
  std::printf(
      "{\"requests\": %llu, \"bytes\": %llu, \"seconds\": %.6f, \"p50_us\": %.1f, \"p99_us\": %.1f, "
      "\"p999_us\": %.1f, \"samples\": %zu}\n",
      static_cast<unsigned long long>(requests), static_cast<unsigned long long>(bytes), seconds,
      percentile(latencies, 0.5), percentile(latencies, 0.99), percentile(latencies, 0.999), latencies.size());
}

float microseconds(Clock::duration time) { return std::chrono::duration<float, std::micro>(time).count(); }

/// One message and its answer, so that every connection is known to be accepted before anything is measured.
void greet(Peer& peer, const std::vector<char>& message, std::vector<char>& into) {
  put(peer, message, Clock::now());
  while (peer.missing > 0) {
    const auto n = ::recv(peer.fd, into.data(), into.size(), 0);
    if (n <= 0) die("recv");
    peer.missing -= static_cast<std::size_t>(n);
  }
}

void run_echo(std::size_t connections, std::size_t size, double seconds, std::uint64_t most, bool reconnect) {
  const std::vector<char> message(size, 'x');
  std::vector<char> into(std::max<std::size_t>(size, 65536));
  const int epoll = ::epoll_create1(EPOLL_CLOEXEC);
  std::vector<Peer> peers(connections);
  const auto open = [&](std::uint32_t index) {
    peers[index].fd = dial();
    watch(epoll, peers[index].fd, EPOLLIN, index);
  };
  for (std::uint32_t i = 0; i < connections; ++i) {
    open(i);
    if (!reconnect) greet(peers[i], message, into);
  }
  std::vector<float> latencies;
  latencies.reserve(4'000'000);
  announce_open();
  const auto start = Clock::now();
  const auto end = start + std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(seconds));
  std::uint64_t begun = 0;
  for (Peer& peer : peers) {
    put(peer, message, start);
    ++begun;
  }
  // What has begun is finished and counted, so that the server's work is that for just these requests.
  std::array<epoll_event, 256> events;
  while (latencies.size() < begun) {
    const int count = ::epoll_wait(epoll, events.data(), static_cast<int>(events.size()), 100);
    for (int i = 0; i < count; ++i) {
      const std::uint32_t index = events[static_cast<std::size_t>(i)].data.u32;
      Peer& peer = peers[index];
      const auto n = ::recv(peer.fd, into.data(), into.size(), MSG_DONTWAIT);
      if (n < 0 && errno == EAGAIN) continue;
      if (n < 0) die("recv");
      if (n == 0 && (!reconnect || peer.missing > 0)) die("the server closed a connection");
      peer.missing -= static_cast<std::size_t>(n);
      if (peer.missing > 0) continue;
      if (reconnect && n > 0) {
        ::shutdown(peer.fd, SHUT_WR);
        continue;
      }
      const auto now = Clock::now();
      latencies.push_back(microseconds(now - peer.sent));
      if (reconnect) ::close(peer.fd);
      if (begun >= most || now >= end) continue;
      if (reconnect) open(index);
      put(peer, message, now);
      ++begun;
    }
  }
  report(begun, begun * size, std::chrono::duration<double>(Clock::now() - start).count(), latencies);
}

void run_stream(std::size_t connections, double seconds) {
  const std::vector<char> chunk(65536, 'x');
  std::vector<char> into(1 << 20);
  const int epoll = ::epoll_create1(EPOLL_CLOEXEC);
  std::vector<int> fds(connections);
  for (std::uint32_t i = 0; i < connections; ++i) {
    fds[i] = dial();
    ::fcntl(fds[i], F_SETFL, O_NONBLOCK);
    watch(epoll, fds[i], EPOLLIN | EPOLLOUT, i);
  }
  Peer probe{.fd = dial()};
  const auto probe_index = static_cast<std::uint32_t>(connections);
  watch(epoll, probe.fd, EPOLLIN, probe_index);
  const int timer = ::timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
  const itimerspec every{.it_interval = {0, 5'000'000}, .it_value = {0, 5'000'000}};
  ::timerfd_settime(timer, 0, &every, nullptr);
  watch(epoll, timer, EPOLLIN, probe_index + 1);

  announce_open();
  const std::vector<char> small(64, 'p');
  std::vector<float> latencies;
  std::uint64_t bytes = 0;
  const auto start = Clock::now();
  const auto end = start + std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(seconds));
  std::array<epoll_event, 64> events;
  // A short run on a busy machine may be over before the probe has had its turn: it goes on until there is one answer.
  const auto last = end + std::chrono::seconds{10};
  while (Clock::now() < (latencies.empty() ? last : end)) {
    const int count = ::epoll_wait(epoll, events.data(), static_cast<int>(events.size()), 100);
    for (int i = 0; i < count; ++i) {
      const auto& event = events[static_cast<std::size_t>(i)];
      if (event.data.u32 == probe_index + 1) {
        std::uint64_t expirations = 0;
        if (::read(timer, &expirations, sizeof expirations) > 0 && probe.missing == 0) put(probe, small, Clock::now());
      } else if (event.data.u32 == probe_index) {
        const auto n = ::recv(probe.fd, into.data(), into.size(), MSG_DONTWAIT);
        if (n > 0 && (probe.missing -= static_cast<std::size_t>(n)) == 0)
          latencies.push_back(microseconds(Clock::now() - probe.sent));
      } else {
        const int fd = fds[event.data.u32];
        if ((event.events & EPOLLIN) != 0) {
          const auto n = ::recv(fd, into.data(), into.size(), 0);
          if (n > 0) bytes += static_cast<std::uint64_t>(n);
        }
        if ((event.events & EPOLLOUT) != 0) ::send(fd, chunk.data(), chunk.size(), MSG_NOSIGNAL);
      }
    }
  }
  report(latencies.size(), bytes, std::chrono::duration<double>(Clock::now() - start).count(), latencies);
}

void run_idle(std::size_t connections) {
  for (std::size_t i = 0; i < connections; ++i) dial();
  announce_open();
}

void raise_descriptor_limit() {
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 6 && argc != 7) {
    std::fputs("usage: generator PORT echo|connect|stream|idle CONNECTIONS SIZE SECONDS [REQUESTS]\n", stderr);
    return 2;
  }
  raise_descriptor_limit();
  server.sin_family = AF_INET;
  server.sin_port = htons(static_cast<std::uint16_t>(std::atoi(argv[1])));
  server.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const std::string mode = argv[2];
  const auto connections = static_cast<std::size_t>(std::atol(argv[3]));
  const auto size = static_cast<std::size_t>(std::atol(argv[4]));
  const double seconds = std::atof(argv[5]);
  const std::uint64_t most = argc > 6 ? std::strtoull(argv[6], nullptr, 10) : ~std::uint64_t{0};
  if (mode == "idle") {
    run_idle(connections);
  } else if (mode == "stream") {
    run_stream(connections, seconds);
  } else {
    run_echo(connections, size, seconds, most, mode == "connect");
  }
  std::fflush(stdout);
  char byte = 0;
  while (::read(STDIN_FILENO, &byte, 1) > 0) continue;
}
