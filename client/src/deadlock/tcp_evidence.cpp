#include "deadlock/tcp_evidence.hpp"

#include "measure/clock.hpp"

#include <linux/sockios.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <algorithm>
#include <cstddef>

namespace echopool::client {
namespace {

std::uint64_t queued(int fd, unsigned long request) noexcept {
  int bytes = 0;
  return ::ioctl(fd, request, &bytes) == 0 ? static_cast<std::uint64_t>(std::max(bytes, 0)) : 0;
}

int buffer(int fd, int name) noexcept {
  int size = 0;
  socklen_t length = sizeof size;
  ::getsockopt(fd, SOL_SOCKET, name, &size, &length);
  return size;
}

}  // namespace

TcpEvidence look_at(int fd) noexcept {
  TcpEvidence evidence;
  evidence.at = monotonic_now();
  evidence.unsent = queued(fd, SIOCOUTQ);
  evidence.unread = queued(fd, SIOCINQ);
  evidence.send_buffer = buffer(fd, SO_SNDBUF);
  evidence.receive_buffer = buffer(fd, SO_RCVBUF);
  tcp_info info{};
  socklen_t length = sizeof info;
  if (::getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &length) != 0) return evidence;
  // An older kernel fills less of the structure.
  if (length >= offsetof(tcp_info, tcpi_snd_wnd) + sizeof info.tcpi_snd_wnd) evidence.peer_window = info.tcpi_snd_wnd;
  evidence.not_sent = info.tcpi_notsent_bytes;
  evidence.acknowledged = info.tcpi_bytes_acked;
  evidence.received = info.tcpi_bytes_received;
  evidence.busy = std::chrono::microseconds{info.tcpi_busy_time};
  evidence.window_limited = std::chrono::microseconds{info.tcpi_rwnd_limited};
  evidence.buffer_limited = std::chrono::microseconds{info.tcpi_sndbuf_limited};
  evidence.since_received = std::chrono::milliseconds{info.tcpi_last_data_recv};
  evidence.backoff = info.tcpi_backoff;
  return evidence;
}

}  // namespace echopool::client
