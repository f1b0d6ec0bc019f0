#include "faulty_datagram_echo.hpp"

#include "sockaddr.hpp"

#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <system_error>

namespace echopool::test {
namespace {

using Clock = std::chrono::steady_clock;

UniqueFd bound_socket(const char* address) {
  const bool v6 = std::string_view{address}.find(':') != std::string_view::npos;
  const auto local = to_sockaddr(Endpoint::parse((v6 ? "[" + std::string{address} + "]" : address) + ":0"));
  UniqueFd socket{::socket(local.storage.ss_family, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)};
  if (!socket || ::bind(socket.get(), local.get(), local.length) != 0)
    throw std::system_error{errno, std::generic_category(), "cannot bind a test socket"};
  return socket;
}

void send_to(int fd, std::span<const std::byte> bytes, const Endpoint& to) {
  const auto address = to_sockaddr(to);
  ::sendto(fd, bytes.data(), bytes.size(), 0, address.get(), address.length);
}

}  // namespace

FaultyDatagramEcho::FaultyDatagramEcho(Script script, const char* address)
    : script_{std::move(script)}, socket_{bound_socket(address)}, endpoint_{local_endpoint(socket_.get())} {
  thread_ = Thread{"faulty-udp", 256_KiB, [this] { serve(); }};
}

FaultyDatagramEcho::~FaultyDatagramEcho() {
  stop_.wake();
  thread_.join();
}

void FaultyDatagramEcho::take(std::vector<Answer>& waiting) {
  std::vector<std::byte> buffer(65'536);
  SocketAddress from;
  const ssize_t got = ::recvfrom(socket_.get(), buffer.data(), buffer.size(), 0, from.get(), &from.length);
  if (got < 0) return;
  buffer.resize(static_cast<std::size_t>(got));
  const Endpoint peer = to_endpoint(from.get(), from.length);
  const DatagramFault fault = script_(received_++);
  for (const std::size_t offset : fault.corrupt) buffer.at(offset) = ~buffer.at(offset);
  buffer.resize(buffer.size() - std::min(buffer.size(), fault.cut));
  if (fault.stray) send_to(socket_.get(), std::vector(48, std::byte{0x5a}), peer);
  auto& queue = fault.held ? held_ : waiting;
  for (int copy = 0; copy < fault.copies; ++copy) queue.push_back({Clock::now() + fault.delay, buffer, peer});
  if (fault.held) return;
  waiting.insert(waiting.end(), held_.begin(), held_.end());
  held_.clear();
}

void FaultyDatagramEcho::serve() {
  std::vector<Answer> waiting;
  for (;;) {
    const auto due = [now = Clock::now()](const Answer& answer) { return answer.due <= now; };
    for (const Answer& answer : waiting)
      if (due(answer)) send_to(socket_.get(), answer.bytes, answer.to);
    waiting.erase(std::remove_if(waiting.begin(), waiting.end(), due), waiting.end());
    std::array<pollfd, 2> watched{{{socket_.get(), POLLIN, 0}, {stop_.fd(), POLLIN, 0}}};
    ::poll(watched.data(), watched.size(), waiting.empty() ? -1 : 1);
    if (watched[1].revents != 0) return;
    if (watched[0].revents != 0) take(waiting);
  }
}

}  // namespace echopool::test
