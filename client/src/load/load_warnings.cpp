#include "load/load_text.hpp"
#include "measure/format.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cmath>
#include <cstdio>

namespace echopool::client {
namespace {

std::string percent(double share) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%.3g %%", share * 100);
  return text.data();
}

double share(std::uint64_t part, std::uint64_t whole) {
  return whole == 0 ? 0 : static_cast<double>(part) / static_cast<double>(whole);
}

using Notes = std::vector<std::string>;

void add_bottleneck(Notes& notes, const LoadCounts& counts, const LoadSettings& settings) {
  constexpr double busy = 0.8;
  const double cpu =
      share(static_cast<std::uint64_t>(counts.cpu.count()), static_cast<std::uint64_t>(counts.worked.count()));
  if (cpu > busy)
    notes.push_back("the client itself was the bottleneck, or near it: its busiest thread worked " + percent(cpu) +
                    " of the time, so the service may be able to do more" +
                    (settings.threads < settings.connections ? "; try more threads (-T) or another machine"
                                                             : "; try another machine"));
}

void add_schedule(Notes& notes, const LoadReport& report, const LoadSettings& settings) {
  if (!settings.is_open_loop()) return;
  const LoadCounts& counts = report.counts;
  constexpr double many = 0.01;
  if (const double late = share(counts.late_sends + counts.unsent, counts.sent + counts.unsent); late > many)
    notes.push_back(percent(late) +
                    " of the requests left more than half an interval after they were due: the response "
                    "times contain this wait, the service times do not");
  if (counts.unsent > 0)
    notes.push_back("only " + percent(share(counts.sent, counts.sent + counts.unsent)) +
                    " of the requests asked for could be sent: the client, or connections that took no more, kept " +
                    format_count(counts.unsent) + " back");
}

void add_unanswered(Notes& notes, const LoadCounts& counts) {
  const std::uint64_t missing = counts.due() - counts.answered;
  if (missing == 0) return;
  notes.push_back(format_count(missing) + " of " + counted(counts.due(), "request") + " (" +
                  percent(share(missing, counts.due())) +
                  ") had no right answer: each counts with the time it waited until the end of the run, and what may "
                  "be longer is marked >=");
}

void add_silence(Notes& notes, const LoadReport& report, const LoadSettings& settings) {
  // In a closed loop all sockets may wait for datagrams that are lost: until they are given up, nothing can come.
  const Nanoseconds normal = settings.mode == LoadMode::datagram ? settings.timeout : Nanoseconds{0};
  if (report.silence.length() <= normal + std::chrono::seconds{1}) return;
  notes.push_back("nothing was answered for " + format_duration(report.silence.length()) + ", from " +
                  format_duration(std::max(report.silence.from, Nanoseconds{0})) + " to " +
                  format_duration(report.silence.to) + ", though requests waited: an outage");
}

/// The standard deviation of the answers a second if each datagram were lost by chance. In a closed loop a socket sends
/// on until it loses one.
double spread_by_chance(const LoadSecond& mean, const LoadSettings& settings) {
  const auto sent = static_cast<double>(mean.sent);
  const auto answered = static_cast<double>(mean.answered);
  const double lost = std::max(sent - answered, 1.0);
  return settings.is_open_loop() ? std::sqrt(answered * lost / std::max(sent, 1.0)) : answered / std::sqrt(lost);
}

/// A limit lets the same number through in every second, where chance would not; the first second has its burst, and
/// the last may be short.
void add_rate_limit(Notes& notes, const LoadCounts& counts, const LoadSettings& settings) {
  constexpr std::size_t enough = 3;
  const auto& seconds = counts.seconds;
  if (seconds.size() < enough + 2) return;
  std::uint64_t least = UINT64_MAX;
  std::uint64_t most = 0;
  LoadSecond middle;
  for (std::size_t i = 1; i + 1 < seconds.size(); ++i) {
    middle.sent += seconds[i].sent / (seconds.size() - 2);
    middle.answered += seconds[i].answered / (seconds.size() - 2);
    if (seconds[i].answered + seconds[i].sent / 100 >= seconds[i].sent) return;  // as good as nothing was missing
    least = std::min(least, seconds[i].answered);
    most = std::max(most, seconds[i].answered);
  }
  if (least == 0 || static_cast<double>(most - least) > std::max(2.0, spread_by_chance(middle, settings) / 4)) return;
  notes.push_back("in every second " + format_count(least) + (most > least ? " to " + format_count(most) : "") +
                  " datagrams were answered, and the others were not: that fits a limit of the rate on the other side "
                  "(echopoold: udp.rate_per_source), not a lossy network");
}

/// Little's law: what is under way is the rate times the time each takes.
void add_concurrency(Notes& notes, const LoadReport& report, const LoadSettings& settings) {
  const LoadCounts& counts = report.counts;
  if (settings.is_open_loop() || counts.answered < 1000 || counts.answered < counts.due()) return;
  const double meant = static_cast<double>(settings.connections * settings.pipeline);
  const double seen = static_cast<double>(counts.service.mean().count()) * static_cast<double>(counts.answered) /
                      static_cast<double>(report.duration.count());
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%.3g", seen);
  if (std::abs(seen / meant - 1) > 0.1)
    notes.push_back("on average " + std::string{text.data()} + " requests were under way instead of " +
                    format_count(static_cast<std::uint64_t>(meant)) +
                    ": connections waited for something else than the service");
}

void add_connections(Notes& notes, const LoadCounts& counts) {
  for (const auto& [error, count] : counts.connect_errors)
    notes.push_back(counted(count, "attempt") + " to connect failed: " + explain(error, Transport::tcp));
  for (const auto& [error, count] : counts.broken) {
    const std::string why = error == 0        ? "the server closed them"
                            : error == EPROTO ? "more came back than was sent: this is no echo service"
                                              : explain(error, Transport::tcp);
    notes.push_back(counted(count, "connection") + " broke: " + why);
  }
  if (counts.broken.empty()) return;
  notes.push_back((counts.lost_by_break == 0
                       ? "no answer was"
                       : counted(counts.lost_by_break, "answer") + (counts.lost_by_break == 1 ? " was" : " were")) +
                  " lost with the connections that broke; " + format_count(counts.broken_idle) +
                  " of them broke while nothing was under way");
}

void add_datagrams(Notes& notes, const LoadCounts& counts) {
  if (counts.probes.refused > 0)
    notes.push_back(counted(counts.probes.refused, "datagram") + " refused: " + explain(ECONNREFUSED, Transport::udp));
  if (counts.queue_drops > 0)
    notes.push_back(counted(counts.queue_drops, "answer") +
                    " arrived at this host and found no room in a socket's receive buffer: counted as lost, "
                    "but the network did not lose them (--receive-buffer)");
  if (counts.probes.strays > 0)
    notes.push_back("stray datagrams, no answers to this run: " + format_count(counts.probes.strays));
}

}  // namespace

std::vector<std::string> warnings(const LoadReport& report, const LoadSettings& settings) {
  Notes notes;
  const bool measured = report.counts.answered > 0;
  if (!settings.is_open_loop() && measured)
    notes.push_back(
        "closed loop: each connection waits for its answer before it sends again, so a slow moment slows "
        "the load down and the times are not those that users would see under load; for those, give a rate "
        "(-R), or the interval that was meant (--expected-interval)");
  add_unanswered(notes, report.counts);
  add_silence(notes, report, settings);
  add_schedule(notes, report, settings);
  add_concurrency(notes, report, settings);
  if (measured) add_bottleneck(notes, report.counts, settings);
  if (settings.mode == LoadMode::datagram) {
    add_datagrams(notes, report.counts);
    add_rate_limit(notes, report.counts, settings);
  } else {
    add_connections(notes, report.counts);
  }
  if (settings.reset) notes.push_back("connections were ended with a reset, not as a client normally does");
  if (const auto saturated = report.counts.response.saturated())
    notes.push_back(format_count(saturated) + " times were longer than can be counted");
  return notes;
}

}  // namespace echopool::client
