#include "load/load_text.hpp"
#include "measure/format.hpp"

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
  if (const double late = share(counts.late_sends, counts.sent); late > many)
    notes.push_back(percent(late) +
                    " of the requests left more than half an interval after they were due: the response "
                    "times contain this wait, the service times do not");
  const auto due = static_cast<double>(counts.answered + counts.corrupt + counts.lost);
  const double asked = *settings.rate * std::chrono::duration<double>{report.duration}.count();
  if (!settings.requests && due < asked * (1 - many) - 1)
    notes.push_back("only " + percent(due / asked) + " of the requests asked for could be sent");
}

/// Little's law: what is under way is the rate times the time each takes.
void add_concurrency(Notes& notes, const LoadCounts& counts, const LoadSettings& settings) {
  if (settings.is_open_loop() || counts.answered < 1000) return;
  const double meant = static_cast<double>(settings.connections * settings.pipeline);
  const double seen = static_cast<double>(counts.service.mean().count()) * static_cast<double>(counts.answered) /
                      static_cast<double>(counts.span().count());
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
    const std::string why = error == 0        ? "the server closed them before the answer was complete"
                            : error == EPROTO ? "more came back than was sent: this is no echo service"
                                              : explain(error, Transport::tcp);
    notes.push_back(counted(count, "connection") + " broke: " + why);
  }
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
        "(-R)");
  add_schedule(notes, report, settings);
  add_concurrency(notes, report.counts, settings);
  if (measured) add_bottleneck(notes, report.counts, settings);
  if (settings.mode == LoadMode::datagram)
    add_datagrams(notes, report.counts);
  else
    add_connections(notes, report.counts);
  if (settings.reset) notes.push_back("connections were ended with a reset, not as a client normally does");
  if (const auto saturated = report.counts.response.saturated())
    notes.push_back(format_count(saturated) + " times were longer than can be counted");
  return notes;
}

}  // namespace echopool::client
