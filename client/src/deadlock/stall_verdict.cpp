#include "deadlock/stall_verdict.hpp"

#include "measure/format.hpp"

namespace echopool::client {
namespace {

/// The peer's window keeps us from sending. It need not be closed: a sender waits rather than send less than a full
/// segment into a small one (RFC 9293 section 3.8.6.2.1), so the time that the kernel says we were limited by it
/// counts.
bool held_by_window(const TcpEvidence& before, const TcpEvidence& now) noexcept {
  if (now.peer_window && *now.peer_window == 0) return true;
  const auto limited = now.window_limited - before.window_limited;
  return now.not_sent > 0 && limited.count() > 0 && limited * 2 >= now.at - before.at;
}

std::string bytes(std::uint64_t count) { return format_bytes(count); }

}  // namespace

std::string_view to_string(StallVerdict verdict) noexcept {
  switch (verdict) {
    case StallVerdict::write_write:
      return "write-write";
    case StallVerdict::read_read:
      return "read-read";
    case StallVerdict::half:
      return "half";
    case StallVerdict::peer_not_reading:
      return "peer-not-reading";
    case StallVerdict::network:
      return "network";
    case StallVerdict::none:
      break;
  }
  return "none";
}

StallVerdict judge(const StallEvidence& evidence) noexcept {
  const TcpEvidence& now = evidence.after;
  if (!evidence.stalled) {
    const bool server_stuck =
        evidence.server ? evidence.server->unsent > 0 : now.unsent > 0 && held_by_window(evidence.before, now);
    return now.unread > 0 && server_stuck && !evidence.wants_to_send ? StallVerdict::half : StallVerdict::none;
  }
  if (now.unsent > 0 && !held_by_window(evidence.before, now)) return StallVerdict::network;
  if (now.unsent > 0) return now.unread > 0 ? StallVerdict::write_write : StallVerdict::peer_not_reading;
  if (evidence.wants_to_send) return StallVerdict::network;
  return now.unread > 0 ? StallVerdict::half : StallVerdict::read_read;
}

std::string_view meaning(StallVerdict verdict) noexcept {
  switch (verdict) {
    case StallVerdict::write_write:
      return "The client waits in send() until the server reads; the server waits in send() until the client reads. "
             "All four buffers between them are full and neither side reads: this would last for ever.";
    case StallVerdict::read_read:
      return "The client waits in recv() for the server, the server waits in recv() for the client. All buffers are "
             "empty and neither side writes: this would last for ever.";
    case StallVerdict::half:
      return "The client has sent everything and is free, but the server already waits in send() until the client "
             "reads. The buffers were just large enough to hide the mistake: a little more data and both would wait.";
    case StallVerdict::peer_not_reading:
      return "The server takes no more and has sent nothing that waits to be read. It is slow or stuck, or it is no "
             "echo service. This is no deadlock of two writers: reading would not help.";
    case StallVerdict::network:
      return "The server has room for more, and yet nothing is acknowledged: the network between is the problem, not "
             "the two programs.";
    case StallVerdict::none:
      break;
  }
  return "Neither side waited for the other for long.";
}

std::vector<std::string> reasons(const StallEvidence& evidence) {
  const TcpEvidence& before = evidence.before;
  const TcpEvidence& now = evidence.after;
  const std::string unchanged = evidence.stalled && now.same_as(before) ? ", unchanged all the while" : "";
  std::vector<std::string> lines{
      "SIOCOUTQ " + bytes(now.unsent) + " written and not acknowledged by the server's kernel" + unchanged,
      "SIOCINQ " + bytes(now.unread) + " received and not read by the client" + unchanged};
  if (now.peer_window) {
    const std::string_view what = *now.peer_window == 0
                                      ? "the server's receive window is closed, so the server does not read"
                                  : now.not_sent > 0 ? "room for less than a full segment, so our kernel waits for more"
                                                     : "the server's kernel would take so many";
    lines.push_back("tcpi_snd_wnd " + bytes(*now.peer_window) + ": " + std::string{what});
  }
  if (now.busy.count() > 0)
    lines.push_back("tcpi_rwnd_limited " + format_duration(now.window_limited) + " of " + format_duration(now.busy) +
                    " with something to send: the time the server's window kept us waiting");
  lines.push_back("tcpi_bytes_acked " + format_count(now.acknowledged) +
                  (now.acknowledged == before.acknowledged ? ", frozen" : ", growing"));
  if (now.backoff > 0)
    lines.push_back("tcpi_backoff " + std::to_string(now.backoff) +
                    ": the kernel probes the closed window ever more rarely");
  if (now.unsent == 0 && now.unread == 0)
    lines.push_back("tcpi_last_data_recv " + format_duration(now.since_received) + " ago");
  if (evidence.server)
    lines.push_back("sock_diag, the server's own socket: " + bytes(evidence.server->unread) +
                    " received and not read, " + bytes(evidence.server->unsent) +
                    " written and not acknowledged by us");
  return lines;
}

}  // namespace echopool::client
