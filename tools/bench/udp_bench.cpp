// CPU time per datagram: the UDP server with everything on, against a bare recvfrom(2)/sendto(2) loop.
//
// usage: udp_bench [PAIRS [DATAGRAMS]]                               a table of ten loads
//        udp_bench bare|echopool FLOWS WINDOW SIZE DATAGRAMS         one run, as a JSON object: for ./dev bench tcp
//
// For each load the two servers run in turns, PAIRS times each, a process of its own on the first processor allowed;
// the client, on the last, keeps WINDOW datagrams under way on each of FLOWS sockets until DATAGRAMS were answered.
// Prints medians, and of the ratios of the pairs also the least and the greatest. Rates are limited, but to more than
// can be.
#include "sockaddr.hpp"
#include "udp/udp_server.hpp"
#include "unique_fd.hpp"

#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace {

using namespace echopool;

struct Load {
  std::size_t flows;
  std::size_t window;
  std::size_t size;
  std::uint64_t datagrams;
};

struct Figures {
  double cpu_us;    // of the server, per datagram
  double rate;      // datagrams a second
  double switches;  // voluntary context switches of the server per datagram
};

void pin(bool first) {
  cpu_set_t allowed;
  ::sched_getaffinity(0, sizeof allowed, &allowed);
  std::optional<std::size_t> chosen;
  for (std::size_t cpu = 0; cpu < CPU_SETSIZE; ++cpu)
    if (CPU_ISSET(cpu, &allowed) && (!chosen || !first)) chosen = cpu;
  cpu_set_t one;
  CPU_ZERO(&one);
  CPU_SET(chosen.value(), &one);
  ::sched_setaffinity(0, sizeof one, &one);
}

const Endpoint loopback = Endpoint::parse("127.0.0.1:0");

/// The simplest UDP echo server there is.
void serve_bare(int ready) {
  const int fd = ::socket(AF_INET, SOCK_DGRAM, 0);
  const SocketAddress where = to_sockaddr(loopback);
  if (::bind(fd, where.get(), where.length) != 0) std::abort();
  const std::uint16_t port = local_endpoint(fd).port();
  if (::write(ready, &port, sizeof port) != sizeof port) std::abort();
  std::vector<std::byte> buffer(65'536);
  for (;;) {
    SocketAddress peer;
    const ssize_t size = ::recvfrom(fd, buffer.data(), buffer.size(), 0, peer.get(), &peer.length);
    if (size >= 0) ::sendto(fd, buffer.data(), static_cast<std::size_t>(size), 0, peer.get(), peer.length);
  }
}

void serve_echopool(int ready) {
  ServerSettings settings;
  settings.udp.rate_per_source = settings.udp.rate_total = 4'000'000'000;
  const LiveSettings live{settings};
  const Live<AccessList> access{AccessList{AccessSettings{{"127.0.0.0/8", "::1"}, {}}}};
  UdpServer server{live, access, SystemCalls::real()};
  const auto echo = [](Datagram& datagram) { datagram.reply(datagram.data()); };
  const std::uint16_t port = server.bind(loopback, {}, echo).front().port();
  server.bind(Endpoint::parse("[::1]:0"), {}, echo);
  server.start();
  if (::write(ready, &port, sizeof port) != sizeof port) std::abort();
  for (;;) ::pause();
}

class Client {
 public:
  Client(const Load& load, std::uint16_t port) : load_{load}, payload_(load.size) {
    const SocketAddress where = to_sockaddr(loopback.with_port(port));
    for (std::size_t i = 0; i < load.flows; ++i) {
      flows_.emplace_back(::socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0));
      if (::connect(flows_.back().get(), where.get(), where.length) != 0) std::abort();
      polled_.push_back({flows_.back().get(), POLLIN, 0});
    }
    headers_.resize(load.window);
    for (mmsghdr& header : headers_) header.msg_hdr = {nullptr, 0, &iovec_, 1, nullptr, 0, 0};
  }

  double run() {
    const auto start = std::chrono::steady_clock::now();
    for (const UniqueFd& flow : flows_) send(flow.get(), load_.window);
    std::uint64_t answers = 0;
    while (answers < load_.datagrams) {
      if (::poll(polled_.data(), polled_.size(), 1000) <= 0) throw std::runtime_error{"datagrams were lost"};
      for (const pollfd& polled : polled_) {
        if (polled.revents == 0) continue;
        const int count = ::recvmmsg(polled.fd, headers_.data(), static_cast<unsigned>(headers_.size()), 0, nullptr);
        if (count <= 0) continue;
        answers += static_cast<std::uint64_t>(count);
        send(polled.fd, static_cast<std::size_t>(count));
      }
    }
    return std::chrono::duration<double>{std::chrono::steady_clock::now() - start}.count();
  }

 private:
  void send(int fd, std::size_t count) {
    if (::sendmmsg(fd, headers_.data(), static_cast<unsigned>(count), 0) != static_cast<int>(count)) std::abort();
  }

  Load load_;
  std::vector<std::byte> payload_;
  iovec iovec_{payload_.data(), payload_.size()};
  std::vector<mmsghdr> headers_;
  std::vector<UniqueFd> flows_;
  std::vector<pollfd> polled_;
};

Figures measure(const Load& load, void (*serve)(int)) {
  std::array<int, 2> ready{};
  if (::pipe(ready.data()) != 0) std::abort();
  const pid_t server = ::fork();
  if (server == 0) {
    pin(true);
    serve(ready[1]);
    ::_exit(1);
  }
  const UniqueFd reader{ready[0]};
  const UniqueFd writer{ready[1]};
  std::uint16_t port = 0;
  if (::read(reader.get(), &port, sizeof port) != sizeof port) std::abort();
  const double seconds = Client{load, port}.run();
  ::kill(server, SIGKILL);
  rusage usage{};
  ::wait4(server, nullptr, 0, &usage);
  const auto time = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) * 1e6 + static_cast<double>(t.tv_usec);
  };
  const auto count = static_cast<double>(load.datagrams);
  return {(time(usage.ru_utime) + time(usage.ru_stime)) / count, count / seconds,
          static_cast<double>(usage.ru_nvcsw) / count};
}

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

void compare(const Load& load, int pairs) {
  std::vector<double> bare, ours, ratios, bare_rate, our_rate, bare_switches, our_switches;
  for (int pair = 0; pair < pairs; ++pair) {
    const Figures first = measure(load, serve_bare);
    const Figures second = measure(load, serve_echopool);
    bare.push_back(first.cpu_us);
    ours.push_back(second.cpu_us);
    ratios.push_back(second.cpu_us / first.cpu_us);
    bare_rate.push_back(first.rate);
    our_rate.push_back(second.rate);
    bare_switches.push_back(first.switches);
    our_switches.push_back(second.switches);
  }
  std::printf("%5zu B  %2zu x %zu  %7.2f us %7.2f us  %5.2f (%.2f to %.2f)  %9.0f   %9.0f       %6.2f    %6.2f\n",
              load.size, load.flows, load.window, median(bare), median(ours), median(ratios),
              *std::min_element(ratios.begin(), ratios.end()), *std::max_element(ratios.begin(), ratios.end()),
              median(bare_rate), median(our_rate), median(bare_switches), median(our_switches));
  std::fflush(stdout);
}

void print_one(const char* server, const Load& load) {
  const Figures figures = measure(load, server == std::string{"bare"} ? serve_bare : serve_echopool);
  std::printf("{\"cpu_us\": %.4f, \"rate\": %.1f, \"switches\": %.4f}\n", figures.cpu_us, figures.rate,
              figures.switches);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc == 6) {
    pin(false);
    print_one(argv[1], {std::stoul(argv[2]), std::stoul(argv[3]), std::stoul(argv[4]), std::stoull(argv[5])});
    return 0;
  }
  const int pairs = argc > 1 ? std::stoi(argv[1]) : 7;
  const std::uint64_t datagrams = argc > 2 ? std::stoull(argv[2]) : 200'000;
  pin(false);
  std::puts(
      "   size   flows        CPU per datagram      ratio                datagrams a second      sleeps per datagram");
  std::puts(
      "                       bare    echopool                            bare    echopool         bare  echopool");
  for (const auto& [flows, window] : {std::pair{1, 1}, {4, 4}, {16, 1}, {16, 8}, {64, 4}})
    for (const std::size_t size : {64U, 1'400U})
      compare({static_cast<std::size_t>(flows), static_cast<std::size_t>(window), size, datagrams}, pairs);
}
