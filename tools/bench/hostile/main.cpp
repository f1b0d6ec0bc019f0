// Hostile peers and honest clients of one server, for hostile.py: one thread, one epoll set. It reads commands, one a
// line, and answers each with one JSON object; the hostile peers go on meanwhile, and until its input ends.
//
// usage: hostile PORT PROTOCOL KIND COUNT
//   PROTOCOL  echo, lines, http or thrift
//   KIND      half, drip, never-read, slow-read, half-closed, silent or reset
// commands:
//   honest SECONDS   16 closed loops and a newcomer every 250 ms
//   come             the hostile peers come; answered when they have come as far as they can
//   state            what they do
//   leave            they are reset
#include "honest_clients.hpp"
#include "hostile_peers.hpp"

#include <poll.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <stdexcept>
#include <string>

namespace hostile {
namespace {

constexpr std::chrono::milliseconds newcomer_every{250};

void raise_descriptor_limit() {
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

/// Says a message and waits until nothing more comes.
std::size_t length_of_answer(std::uint16_t port, const Protocol& protocol) {
  constexpr int patience_ms = 5'000, pause_ms = 50;
  Socket socket = Socket::dial(port);
  pollfd waits{.fd = socket.descriptor(), .events = POLLOUT, .revents = 0};
  if (::poll(&waits, 1, patience_ms) != 1 || !socket.is_connected())
    throw std::runtime_error{"the server takes nobody"};
  socket.send(protocol.message);
  waits.events = POLLIN;
  std::size_t size = 0;
  while (::poll(&waits, 1, size == 0 ? patience_ms : pause_ms) == 1) {
    const auto taken = socket.take(SIZE_MAX);
    if (!taken) throw std::runtime_error{"the server ends a connection after its first message"};
    size += *taken;
  }
  if (size == 0) throw std::runtime_error{"the server answers nothing"};
  return size;
}

void answer(const std::string& text) {
  std::puts(text.c_str());
  std::fflush(stdout);
}

class Program {
 public:
  Program(const Conversation& honest, const Protocol& protocol, Kind kind, std::size_t count)
      : honest_{watch_, honest}, hostile_{watch_, honest.port, protocol, kind, count} {
    watch_.add(STDIN_FILENO, EPOLLIN, Party::command, 0);
  }

  void run() {
    while (!over_) {
      for (const Event& event : watch_.wait(std::min(next_look(), hostile_.next_turn()))) serve(event);
      const auto now = Clock::now();
      hostile_.turn(now);
      honest_.turn(now);
      if (measuring_ && !honest_.is_running()) {
        measuring_ = false;
        answer(honest_.report());
      }
      if (coming_ && hostile_.is_settled(now)) {
        coming_ = false;
        answer(hostile_.state());
      }
    }
    hostile_.leave();
  }

 private:
  TimePoint next_look() const { return coming_ ? Clock::now() + std::chrono::milliseconds{10} : honest_.next_turn(); }

  void serve(const Event& event) {
    switch (event.party) {
      case Party::command:
        return read_command();
      case Party::hostile:
        return hostile_.on_event(event.index, event.events);
      case Party::loop:
        return honest_.on_loop(event.index, event.events);
      case Party::newcomer:
        return honest_.on_newcomer(event.index, event.events);
    }
  }

  /// One line for each answer, so a read finds a whole one.
  void read_command() {
    std::string line(256, '\0');
    const auto size = ::read(STDIN_FILENO, line.data(), line.size());
    line.resize(static_cast<std::size_t>(std::max<ssize_t>(size, 0)));
    over_ = line.empty();
    if (line.starts_with("honest ")) {
      measuring_ = true;
      honest_.begin(std::atof(line.c_str() + 7), newcomer_every);
    } else if (line == "come\n") {
      coming_ = true;
      hostile_.begin(Clock::now());
    } else if (line == "state\n") {
      answer(hostile_.state());
    } else if (line == "leave\n") {
      hostile_.leave();
      answer("{}");
    } else if (!over_) {
      std::fprintf(stderr, "hostile: there is no command %s", line.c_str());
      over_ = true;
    }
  }

  Watch watch_;
  HonestClients honest_;
  HostilePeers hostile_;
  bool measuring_ = false;
  bool coming_ = false;
  bool over_ = false;
};

}  // namespace
}  // namespace hostile

int main(int argc, char** argv) try {
  using namespace hostile;
  if (argc != 5) {
    std::fputs("usage: hostile PORT echo|lines|http|thrift KIND COUNT\n", stderr);
    return 2;
  }
  raise_descriptor_limit();
  const Protocol protocol = protocol_named(argv[2]);
  const auto port = static_cast<std::uint16_t>(std::atoi(argv[1]));
  const Conversation honest{.port = port, .message = protocol.message, .answer = length_of_answer(port, protocol)};
  Program{honest, protocol, kind_named(argv[3]), static_cast<std::size_t>(std::atol(argv[4]))}.run();
} catch (const std::exception& error) {
  std::fprintf(stderr, "hostile: %s\n", error.what());
  return 2;
}
