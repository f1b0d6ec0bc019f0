#include "deadlock/deadlock_text.hpp"

#include "measure/format.hpp"
#include "net/network_error.hpp"
#include "output/folded.hpp"
#include "output/report.hpp"
#include "output/totals_text.hpp"

namespace echopool::client {
namespace {

std::string happened(const LessonReport& report, const LessonSettings& settings) {
  if (report.error != 0)
    return "The connection broke after " + format_bytes(report.written) + " were written and nothing had moved for " +
           format_duration(report.stood_still) + ": " + explain(report.error, Transport::tcp) +
           ". The last that was seen before:";
  if (report.interrupted)
    return "Interrupted after " + format_bytes(report.written) + "; nothing had moved for " +
           format_duration(report.stood_still) + ".";
  if (settings.read_first)
    return "The client waited " + format_duration(settings.stall_limit) + " for the server to say something first.";
  const std::string written = format_bytes(report.written) + " in " + format_duration(report.until_stall);
  if (report.evidence.stalled)
    return "send() stopped after " + written + "; nothing has moved for " + format_duration(settings.stall_limit) + ".";
  return "All " + written + " were written without a single read.";
}

std::string advice_for(const LessonReport& report) {
  if (report.evidence.stalled || report.interrupted || report.error != 0) return {};
  return "The buffers swallowed it all, as the default ones often do. To see the stall: --window 16K makes our two "
         "buffers small, --until-stall goes on until it happens, --bytes writes more.\n";
}

std::string verdict_line(StallVerdict verdict) {
  switch (verdict) {
    case StallVerdict::write_write:
      return "write-write deadlock";
    case StallVerdict::read_read:
      return "read-read deadlock";
    case StallVerdict::half:
      return "half a deadlock";
    case StallVerdict::peer_not_reading:
      return "the server does not read";
    case StallVerdict::network:
      return "the network does not carry";
    case StallVerdict::none:
      break;
  }
  return "no deadlock";
}

std::string_view explanation(Remedy remedy) noexcept {
  switch (remedy) {
    case Remedy::reader_thread:
      return "one thread writes while another reads, so a write that waits keeps no read from happening";
    case Remedy::read_between:
      return "after each chunk its echo is read, so never more than a chunk is under way";
    case Remedy::smaller:
      return "no more is written than the buffers hold; it works only as long as it all fits, and nothing tells when "
             "it no longer does";
    case Remedy::timeout:
      return "SO_SNDTIMEO turns the wait for ever into an error; it does not get the work done, but the program lives";
  }
  return {};
}

std::string outcome(const RemedyReport& report) {
  std::string text = format_bytes(report.sent) + " sent, " + format_bytes(report.verified) + " back in " +
                     format_duration(report.duration);
  if (!report.good()) return text + ": FAILED, " + report.failure;
  text += ", every one verified";
  if (report.timed_out)
    text += "; the last send() reached its limit and failed with EAGAIN, and " +
            format_bytes(report.planned - report.sent) + " were never sent";
  return text;
}

Json evidence_json(const TcpEvidence& evidence) {
  return Json::Object{{"siocoutq_bytes", evidence.unsent},
                      {"siocinq_bytes", evidence.unread},
                      {"tcpi_snd_wnd_bytes", evidence.peer_window},
                      {"tcpi_bytes_acked", evidence.acknowledged},
                      {"tcpi_bytes_received", evidence.received},
                      {"tcpi_busy_time_ns", evidence.busy},
                      {"tcpi_rwnd_limited_ns", evidence.window_limited},
                      {"tcpi_sndbuf_limited_ns", evidence.buffer_limited},
                      {"tcpi_last_data_recv_ns", evidence.since_received},
                      {"tcpi_backoff", evidence.backoff},
                      {"so_sndbuf_bytes", evidence.send_buffer},
                      {"so_rcvbuf_bytes", evidence.receive_buffer}};
}

}  // namespace

std::string_view to_string(Remedy remedy) noexcept {
  switch (remedy) {
    case Remedy::reader_thread:
      return "reader-thread";
    case Remedy::read_between:
      return "read-between";
    case Remedy::smaller:
      return "smaller";
    case Remedy::timeout:
      break;
  }
  return "timeout";
}

std::string tell(const LessonReport& report, const LessonSettings& settings, std::size_t width, bool utf8) {
  std::string text = folded(happened(report, settings), width) + "\n\n";
  for (const std::string& line : draw(report.levels, width, utf8)) text += line + "\n";
  if (report.error != 0) return text;
  text += "\nVerdict: " + verdict_line(report.verdict) + "\n";
  text += folded("  " + std::string{meaning(report.verdict)}, width) + "\n";
  text += folded(advice_for(report), width);
  text += "The kernel's figures:\n";
  for (const std::string& reason : reasons(report.evidence)) text += folded("- " + reason, width) + "\n";
  return text;
}

std::string tell(Remedy remedy, const RemedyReport& report, std::size_t width) {
  return folded("Remedy " + std::string{to_string(remedy)} + ": " + std::string{explanation(remedy)} + ".", width) +
         "\n" + folded("  " + outcome(report) + ".", width) + "\n";
}

std::string tell(const DatagramLessonReport& report, std::size_t width) {
  std::string text = format_count(report.sent) + " datagrams were written in " + format_duration(report.sending) +
                     " without a single read, and neither side ever waited.\n" + describe(report.totals) + "\n\n" +
                     "Verdict: no deadlock, but loss\nUDP has no window that closes: a receiver without room drops.";
  if (report.queue_drops > 0)
    text += " Our own receive buffer dropped " + counted(report.queue_drops, "answer") + " (SO_MEMINFO).";
  const std::uint64_t elsewhere = report.totals.lost - std::min(report.totals.lost, report.queue_drops);
  if (elsewhere > 0)
    text += " " + format_count(elsewhere) +
            " were lost before: in the server's receive buffer, by its rate limit, or on "
            "the way.";
  text += " The remedy is to have only a few unanswered at a time, as 'echopool talk -u' does.";
  return folded(text, width) + "\n";
}

Json lesson_json(const LessonReport& report) {
  const auto optional_bytes = [](const std::optional<std::uint64_t>& bytes) { return Json{bytes}; };
  return Json::Object{{"written_bytes", report.written},
                      {"stalled", report.evidence.stalled},
                      {"verdict", to_string(report.verdict)},
                      {"until_stall_ns", report.until_stall},
                      {"stood_still_ns", report.stood_still},
                      {"interrupted", report.interrupted},
                      {"errno", report.error == 0 ? Json{} : Json{report.error}},
                      {"levels", Json::Object{{"client_send_bytes", report.levels.client_send},
                                              {"server_receive_bytes", optional_bytes(report.levels.server_receive)},
                                              {"server_send_bytes", optional_bytes(report.levels.server_send)},
                                              {"server_holds_bytes", report.levels.server_holds},
                                              {"client_receive_bytes", report.levels.client_receive}}},
                      {"before", evidence_json(report.evidence.before)},
                      {"after", evidence_json(report.evidence.after)}};
}

Json remedy_json(Remedy remedy, const RemedyReport& report) {
  return Json::Object{{"name", to_string(remedy)},       {"planned_bytes", report.planned},
                      {"sent_bytes", report.sent},       {"verified_bytes", report.verified},
                      {"corrupt_at", report.corrupt_at}, {"send_timed_out", report.timed_out},
                      {"good", report.good()},           {"failure", report.good() ? Json{} : Json{report.failure}},
                      {"duration_ns", report.duration}};
}

Json datagrams_json(const DatagramLessonReport& report) {
  return Json::Object{{"datagrams", report.sent},
                      {"sending_ns", report.sending},
                      {"probes", totals_json(report.totals)},
                      {"receive_queue_drops", report.queue_drops},
                      {"interrupted", report.interrupted}};
}

}  // namespace echopool::client
