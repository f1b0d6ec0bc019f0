// A UdpServer on a free port, its peer, and system calls that fail on purpose. For tests only.
#pragma once

#include "datagrams.hpp"
#include "eventually.hpp"
#include "udp/udp_server.hpp"

#include <atomic>
#include <cerrno>
#include <chrono>
#include <memory>
#include <utility>

namespace echopool::test {

inline void echo_datagram(Datagram& datagram) { datagram.reply(datagram.data()); }

/// Time is set by hand; poll(2) and recvmmsg(2) can fail a chosen number of times.
class UdpFaults : public SystemCalls {
 public:
  std::atomic<std::chrono::milliseconds> clock{std::chrono::hours{1}};
  std::atomic<bool> real_clock{false};
  std::atomic<int> receive_error{0};
  std::atomic<int> receive_failures{0};
  std::atomic<int> poll_error{0};
  std::atomic<int> poll_failures{0};
  std::atomic<int> truncate{0};
  std::atomic<int> receives{0};
  std::atomic<int> polls{0};
  std::atomic<bool> only_an_error{false};  ///< poll(2) reports POLLERR where it saw nothing

  TimePoint now() noexcept override { return real_clock ? SystemCalls::now() : TimePoint{clock.load()}; }

  int poll(pollfd* fds, nfds_t count, int timeout_ms) noexcept override {
    ++polls;
    if (poll_failures > 0) {
      --poll_failures;
      errno = poll_error;
      return -1;
    }
    if (only_an_error && fds[0].fd >= 0) {
      SystemCalls::poll(fds, count, 0);
      fds[0].revents = POLLERR;
      return 1;
    }
    return SystemCalls::poll(fds, count, timeout_ms);
  }

  int recvmmsg(int fd, mmsghdr* messages, unsigned count, int flags) noexcept override {
    ++receives;
    if (receive_failures > 0) {
      --receive_failures;
      errno = receive_error;
      return -1;
    }
    const int taken = SystemCalls::recvmmsg(fd, messages, count, flags);
    if (taken > 0 && truncate > 0) {
      --truncate;
      messages[0].msg_hdr.msg_flags |= MSG_TRUNC;
    }
    return taken;
  }
};

inline UdpSettings without_limits() { return {.rate_per_source = {}, .rate_total = {}, .batch = 16}; }

struct RunningUdpServer {
  UdpFaults calls;
  LiveSettings settings{ServerSettings{}};
  Live<AccessList> access{AccessList{AccessSettings{}}};
  std::unique_ptr<UdpServer> server;
  Endpoint endpoint;
  UdpPeer peer;

  /// What a reload would do.
  void configure(const UdpSettings& udp, const AccessSettings& admitted = {}) {
    ServerSettings next;
    next.udp = udp;
    settings.set(std::move(next));
    access.set(AccessList{admitted});
  }
  void prepare(const UdpSettings& udp, const DatagramHandler& handler = echo_datagram,
               const AccessSettings& admitted = {}) {
    configure(udp, admitted);
    server = std::make_unique<UdpServer>(settings, access, calls);
    endpoint = server->bind(loopback(), {}, handler).front();
  }
  void serve(const UdpSettings& udp, const DatagramHandler& handler = echo_datagram,
             const AccessSettings& admitted = {}) {
    prepare(udp, handler, admitted);
    server->start();
  }

  [[nodiscard]] std::uint64_t dropped(DropReason reason) const { return server->stats().dropped_for(reason); }
  bool dropped_reaches(DropReason reason, std::uint64_t count) {
    return eventually([&] { return dropped(reason) >= count; });
  }
  bool received_reaches(std::uint64_t count) {
    return eventually([&] { return server->stats().received >= count; });
  }
};

}  // namespace echopool::test
