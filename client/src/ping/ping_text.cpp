#include "ping/ping_text.hpp"

#include "measure/format.hpp"
#include "net/network_error.hpp"
#include "output/folded.hpp"
#include "output/latency_text.hpp"
#include "output/report.hpp"
#include "output/totals_text.hpp"

#include <array>
#include <cstdio>

namespace echopool::client {
namespace {

constexpr const char* red = "\033[31m";
constexpr const char* plain = "\033[0m";

std::string format_time(Nanoseconds time, bool exact) {
  if (!exact) return format_duration(time);
  std::array<char, 48> text{};
  std::snprintf(text.data(), text.size(), "%.3f us", static_cast<double>(time.count()) / 1e3);
  return text.data();
}

std::string date_stamp() {
  std::array<char, 48> text{};
  const auto micros = std::chrono::duration_cast<std::chrono::microseconds>(realtime_now()).count();
  std::snprintf(text.data(), text.size(), "[%ld.%06ld] ", static_cast<long>(micros / 1'000'000),
                static_cast<long>(micros % 1'000'000));
  return text.data();
}

/// Everything but an undisturbed answer is worth a colour.
struct Line {
  std::string text;
  bool bad = true;
};

Line line_of(const PingEvent& event, const std::string& peer, const PingStyle& style) {
  const std::string sequence = "seq=" + std::to_string(event.sequence + 1);
  const std::string head = format_bytes(event.bytes) + " from " + peer + ": " + sequence;
  const std::string time = " time=" + format_time(event.round_trip, style.exact);
  switch (event.what) {
    case PingHappening::answer: {
      std::string text = (event.bytes > 0 ? head : "connected to " + peer + ": " + sequence) + time;
      if (event.overtaken_by > 0) text += " REORDER(+" + std::to_string(event.overtaken_by) + ")";
      if (event.late) text += " LATE";
      return {text, event.late || event.overtaken_by > 0};
    }
    case PingHappening::duplicate:
      return {head + time + " DUP!"};
    case PingHappening::corrupt:
      return {head + " CORRUPT@" + std::to_string(event.offset)};
    case PingHappening::truncated:
      return {head + " TRUNCATED@" + std::to_string(event.offset)};
    case PingHappening::stray:
      return {format_bytes(event.bytes) + " from " + peer + ": not an answer to any probe"};
    case PingHappening::refused:
      return {"from " + peer + ": " + sequence + " " + error_text(event.error)};
    case PingHappening::send_failed:
      return {"not sent: " + sequence + " " + error_text(event.error)};
    case PingHappening::overdue:
      return {"no answer in time: " + sequence};
    case PingHappening::outstanding:
      return {"no answer yet: " + sequence};
    case PingHappening::disconnected:
      return {"connection to " + peer +
              " ended: " + (event.error == 0 ? "the server closed it" : error_text(event.error))};
    case PingHappening::connected:
      return {"connected to " + peer + " again", false};
  }
  return {};
}

std::string network_label(const PingReport& report) {
  const auto missing = report.unstamped.count();
  return missing == 0 ? "network" : "network, without " + format_count(missing);
}

}  // namespace

std::string describe(const PingEvent& event, const std::string& peer, const PingStyle& style) {
  const Line line = line_of(event, peer, style);
  const std::string text = (style.dated ? date_stamp() : "") + line.text;
  return style.colour && line.bad ? red + text + plain : text;
}

std::string summarise(const PingReport& report, const std::string& title, std::size_t width) {
  std::string text = "--- " + title + " ---\n" + describe(report.totals);
  if (report.disconnections > 0) text += ", " + counted(report.disconnections, "disconnection");
  text = folded(text + " in " + format_duration(report.duration), width) + "\n";
  if (report.round_trips.count() == 0) return text;
  std::vector<LatencyRow> rows{{"application", &report.round_trips}};
  if (report.kernel_round_trips.count() > 0) rows.push_back({network_label(report), &report.kernel_round_trips});
  text += latency_table("round trip", rows, width);
  if (const auto jitter = report.jitter.figure())
    text += "jitter " + format_duration(*jitter) + ": from one round trip to the next, smoothed (RFC 3550)\n";
  return text;
}

std::vector<std::string> warnings(const PingReport& report, bool kernel_times_wanted) {
  std::vector<std::string> result;
  const auto missing = report.unstamped.count();
  if (kernel_times_wanted && report.round_trips.count() > 0 && report.kernel_round_trips.count() == 0)
    result.push_back("the kernel gave no time stamps: all round trips include this program's own scheduling");
  else if (kernel_times_wanted && missing > 0)
    result.push_back("the network row leaves out " + counted(missing, "answer") +
                     " without the kernel's time stamps, the longest of " + format_duration(report.unstamped.max()) +
                     ": it gives none to what TCP had to send again, nor in the first moment");
  if (report.disconnections > 0)
    result.push_back("the connection ended " +
                     (report.disconnections == 1 ? "once" : format_count(report.disconnections) + " times") +
                     " and was made again for the next probe; probes that were under way are lost");
  if (report.queue_drops > 0)
    result.push_back(counted(report.queue_drops, "answer") +
                     " arrived at this host and found no room in the socket's receive buffer: counted as lost, but the "
                     "network did not lose them (--receive-buffer)");
  if (report.totals.strays > 0)
    result.push_back("stray datagrams, another program's or damaged beyond recognition: " +
                     format_count(report.totals.strays));
  if (report.round_trips.saturated() > 0)
    result.push_back(counted(report.round_trips.saturated(), "round trip") + " took longer than can be counted");
  return result;
}

void add_results(Json::Object& object, const PingReport& report) {
  object.emplace_back("started_at", format_date(report.started));
  object.emplace_back("duration_ns", report.duration);
  object.emplace_back("interrupted", report.interrupted);
  object.emplace_back("probes", totals_json(report.totals));
  object.emplace_back("disconnections", report.disconnections);
  object.emplace_back("receive_queue_drops", report.queue_drops);
  object.emplace_back("round_trip", distribution_json(report.round_trips));
  object.emplace_back("kernel_round_trip", distribution_json(report.kernel_round_trips));
  object.emplace_back("unstamped_round_trip", latency_json(report.unstamped));
  object.emplace_back("jitter_ns", report.jitter.figure());
  object.emplace_back("histogram", histogram_json(report.round_trips));
}

}  // namespace echopool::client
