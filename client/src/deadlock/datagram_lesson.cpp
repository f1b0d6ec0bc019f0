#include "deadlock/datagram_lesson.hpp"

#include "measure/kernel_times.hpp"
#include "net/waiting.hpp"
#include "verify/pattern.hpp"

#include <poll.h>
#include <sys/socket.h>

#include <vector>

namespace echopool::client {
namespace {

void send_all(int socket, ProbeLedger& ledger, std::uint64_t count, std::size_t chunk, int interrupt_fd,
              DatagramLessonReport& report) {
  std::vector<std::byte> datagram(chunk);
  const Nanoseconds start = monotonic_now();
  for (; report.sent < count && !report.interrupted; ++report.sent) {
    const Nanoseconds now = monotonic_now();
    const ProbeIdentity identity = ledger.next(now, now);
    write_probe(datagram, identity);
    // May wait for the network interface, and for nothing else.
    if (::send(socket, datagram.data(), datagram.size(), MSG_NOSIGNAL) < 0) ledger.send_failed(identity.sequence);
    if (report.sent % 1024 == 0)
      report.interrupted = wait_for(interrupt_fd, POLLIN, -1, std::chrono::milliseconds{0}) == Wait::ready;
  }
  report.sending = monotonic_now() - start;
}

}  // namespace

DatagramLessonReport teach_with_datagrams(int socket, std::uint64_t bytes, std::size_t chunk, Nanoseconds rest,
                                          int interrupt_fd) {
  constexpr auto never_late = std::chrono::hours{24};
  DatagramLessonReport report;
  const std::uint64_t count = (bytes + chunk - 1) / chunk;
  ProbeLedger ledger{random_key(), 0, static_cast<std::uint32_t>(chunk), never_late, static_cast<std::size_t>(count)};
  send_all(socket, ledger, count, chunk, interrupt_fd, report);
  std::vector<std::byte> into(65'536);
  const auto limit = std::chrono::ceil<std::chrono::milliseconds>(rest);
  while (!report.interrupted) {
    const Wait wait = wait_for(socket, POLLIN, interrupt_fd, limit);
    if (wait == Wait::timed_out) break;
    report.interrupted = wait == Wait::cancelled;
    const Reception reception = receive_with_times(socket, into);
    if (reception.size < 0) {
      ledger.refused();
      continue;
    }
    static_cast<void>(
        ledger.received(std::span{into}.first(static_cast<std::size_t>(reception.size)), monotonic_now()));
  }
  report.queue_drops = queue_drops(socket);
  report.totals = ledger.final_totals();
  return report;
}

}  // namespace echopool::client
