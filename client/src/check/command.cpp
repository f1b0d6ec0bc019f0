// echopool check: a monitoring plugin, to the letter of the Monitoring Plugins Development Guidelines.
#include "check/echo_check.hpp"
#include "check/threshold.hpp"
#include "cli/common_options.hpp"
#include "cli/subcommands.hpp"
#include "net/waiting.hpp"
#include "thread.hpp"
#include "wake_fd.hpp"

#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <iostream>

namespace echopool::client {
namespace {

enum State { ok = 0, warning = 1, critical = 2, unknown = 3 };

constexpr std::array names{"OK", "WARNING", "CRITICAL", "UNKNOWN"};

std::optional<Threshold> threshold_of(const Arguments& arguments, std::string_view name) {
  if (!arguments.has(name)) return std::nullopt;
  const std::string text = arguments.text(name);
  const auto threshold = Threshold::parse(text);
  if (!threshold)
    throw UsageError{"--" + std::string{name} + " '" + text +
                     "': not a range; write 0.5, 100ms, 10:, ~:10, 10:20 or @10:20 (seconds)"};
  return threshold;
}

State state_of(const Arguments& arguments, std::string_view name) {
  const std::string word = arguments.text(name);
  return word == "ok" ? ok : word == "warn" ? warning : critical;
}

Target plugin_target(const Arguments& arguments) {
  if (!arguments.has("hostname") && !arguments.has("port")) return target_of(arguments);
  if (!arguments.words().empty()) throw UsageError{"name the host with -H and -p, or as HOST PORT, not both"};
  Target target = target_of(arguments);
  std::vector<std::string> words{arguments.has("hostname") ? arguments.text("hostname") : target.host,
                                 arguments.has("port") ? arguments.text("port") : target.port};
  try {
    return parse_target(words, target);
  } catch (const std::invalid_argument& error) {
    throw UsageError{error.what()};
  }
}

/// What follows `|`: 'label'=value[unit];warn;crit;min;max
std::string performance(const CheckReport& report, const CheckSettings& settings, const std::optional<Threshold>& warn,
                        const std::optional<Threshold>& crit) {
  const auto seconds = [](Nanoseconds time) {
    std::array<char, 48> text{};
    std::snprintf(text.data(), text.size(), "%.6fs", std::chrono::duration<double>{time}.count());
    return std::string{text.data()};
  };
  const std::string limits = (warn ? warn->to_string() : "") + ";" + (crit ? crit->to_string() : "");
  const std::string most = plain_number(std::chrono::duration<double>{settings.limit}.count());
  std::string text = "time=" + seconds(report.time) + ";" + limits + ";0;" + most;
  if (settings.target.transport == Transport::tcp) {
    const bool connected = report.connect.count() > 0;
    text += " connect=" + (connected ? seconds(report.connect) : "U") + ";;;0;" + most;  // U: undetermined
  } else {
    const unsigned lost = report.sent_datagrams - (report.received > 0 ? 1 : 0);
    const unsigned percent = report.sent_datagrams == 0 ? 0 : lost * 100 / report.sent_datagrams;
    text += " loss=" + std::to_string(percent) + "%;;;0;100";
  }
  return text + " size=" + std::to_string(report.received) + "B;;;0;";
}

/// The bar begins the performance data and a newline the long output: neither may come from elsewhere.
std::string one_line(std::string text) {
  std::replace(text.begin(), text.end(), '|', '/');
  std::replace(text.begin(), text.end(), '\n', ' ');
  return text;
}

State judge(const CheckReport& report, const Arguments& arguments, const std::optional<Threshold>& warn,
            const std::optional<Threshold>& crit) {
  const double seconds = std::chrono::duration<double>{report.time}.count();
  switch (report.outcome) {
    case CheckOutcome::refused:
      return state_of(arguments, "refuse");
    case CheckOutcome::mismatched:
      return state_of(arguments, "mismatch");
    case CheckOutcome::failed:
      return critical;
    case CheckOutcome::echoed:
      break;
  }
  if (crit && crit->alerts(seconds)) return critical;
  return warn && warn->alerts(seconds) ? warning : ok;
}

/// \n, \r, \t and \\ as in check_tcp -E.
std::string unescaped(const std::string& text) {
  std::string result;
  for (std::size_t i = 0; i < text.size(); ++i) {
    constexpr std::string_view letters = "nrt\\";
    constexpr std::string_view meant = "\n\r\t\\";
    const auto which = text[i] == '\\' && i + 1 < text.size() ? letters.find(text[i + 1]) : std::string_view::npos;
    result += which == std::string_view::npos ? text[i] : meant[which];
    if (which != std::string_view::npos) ++i;
  }
  return result;
}

CheckSettings settings_of(const Arguments& arguments) {
  CheckSettings settings;
  settings.target = plugin_target(arguments);
  settings.source = source_of(arguments);
  settings.limit = arguments.duration("timeout");
  settings.tries = static_cast<unsigned>(arguments.count("tries", 1, 100));
  const std::uint64_t most = settings.target.transport == Transport::udp ? 65'507 : 1 << 24;
  settings.send =
      arguments.has("send") ? unescaped(arguments.text("send")) : make_nonce(arguments.size("size", 1, most));
  if (arguments.has("expect")) settings.expect = unescaped(arguments.text("expect"));
  if (settings.send.empty()) throw UsageError{"-s, --send: there must be something to send"};
  return settings;
}

/// Nothing may last longer than the limit, not even a name server: then this thread answers for the rest.
class Watchdog {
 public:
  explicit Watchdog(Nanoseconds limit) {
    const auto fuse = std::chrono::ceil<std::chrono::milliseconds>(limit) + std::chrono::milliseconds{200};
    thread_ = Thread{"watchdog", 64_KiB, [this, fuse, limit] {
                       if (wait_for(done_.fd(), POLLIN, -1, fuse) == Wait::ready) return;
                       const std::string line =
                           "ECHO CRITICAL: no result within " + format_duration(limit) + " (name server?)\n";
                       [[maybe_unused]] const auto put = ::write(STDOUT_FILENO, line.data(), line.size());
                       ::_exit(critical);
                     }};
  }
  ~Watchdog() { done_.wake(); }  // and joins
  Watchdog(const Watchdog&) = delete;
  Watchdog& operator=(const Watchdog&) = delete;

 private:
  WakeFd done_;
  Thread thread_;
};

int run(const Arguments& arguments) {
  const CheckSettings settings = settings_of(arguments);
  const auto warn = threshold_of(arguments, "warning");
  const auto crit = threshold_of(arguments, "critical");
  const Watchdog watchdog{settings.limit};
  const CheckReport report = check_echo(settings);
  const State state = judge(report, arguments, warn, crit);
  const std::string where = report.peer == Endpoint{} ? settings.target.to_string() : report.peer.to_string();
  std::string text = report.problem;
  if (report.outcome == CheckOutcome::echoed) {
    text = format_bytes(report.received) + " came back in " + format_duration(report.time) + " from " + where + " (" +
           std::string{to_string(settings.target.transport)} + ")";
    if (state != ok) text += ", against the range " + (state == critical ? *crit : *warn).to_string();
  }
  std::cout << "ECHO " << names[state] << ": " << one_line(text) << " | " << performance(report, settings, warn, crit)
            << "\n";
  if (arguments.has("verbose"))
    std::cout << "target " << settings.target.to_string() << ", address " << where << ", sent "
              << format_bytes(settings.send.size()) << ", connected after " << format_duration(report.connect) << "\n";
  return std::cout.flush() ? state : unknown;
}

}  // namespace

Command check_command() {
  return {
      .name = "check",
      .summary = "monitoring plugin: one line with performance data, exit status 0, 1, 2 or 3",
      .usage = "[options] [-H HOST] [-p PORT]",
      .description =
          "Sends a nonce that no earlier check has sent and compares the answer byte for byte, so that neither an "
          "answer to another client nor no answer at all passes for good. Made for Nagios, Icinga, Naemon and their "
          "relatives; output, ranges and exit status follow the Monitoring Plugins Development Guidelines, letters "
          "those of check_tcp and check_udp.",
      .groups = {{"Target",
                  {{"hostname", 'H', "HOST", "", "name or address (else 127.0.0.1, or HOST PORT as words)"},
                   {"port", 'p', "PORT", "", "number or service name (else 51423)"},
                   {"udp", 'u', "", "", "speak UDP instead of TCP"},
                   {"ipv4", '4', "", "", "use IPv4 addresses only"},
                   {"ipv6", '6', "", "", "use IPv6 addresses only"},
                   {"source", '\0', "ADDRESS", "", "send from this local address"},
                   {"source-port", '\0', "PORT", "", "send from this local port"}}},
                 {"Limits",
                  {{"warning", 'w', "RANGE", "", "WARNING when the whole check takes longer, in seconds (or 100ms)"},
                   {"critical", 'c', "RANGE", "", "CRITICAL when it takes longer"},
                   {"timeout", 't', "DURATION", "10s", "give up: CRITICAL"},
                   {"refuse", 'r', "ok|warn|crit", "crit", "what a refused connection is"},
                   {"mismatch", 'M', "ok|warn|crit", "crit", "what a wrong answer is"}}},
                 {"Payload",
                  {{"size", '\0', "SIZE", "64", "bytes of the nonce"},
                   {"send", 's', "TEXT", "", "send this instead of a nonce (\\n, \\r, \\t, \\\\ are understood)"},
                   {"expect", 'e', "TEXT", "", "the answer must contain this, instead of being what was sent"},
                   {"tries", '\0', "N", "3", "UDP: datagrams to send until one is answered"}}},
                 {"Output", {{"verbose", 'v', "", "", "a second line with details"}}}},
      .examples = {{"echopool check -H echo.example.org -p 7 -w 0.1 -c 0.5", "the echo port, within 100 and 500 ms"},
                   {"echopool check -u -H 192.0.2.1 -p 7 --tries 5", "over UDP, one of five datagrams answered"}},
      .exit_status =
          "0 OK; 1 WARNING; 2 CRITICAL, also when the network or the name fails or time runs out; 3 UNKNOWN: a wrong "
          "command line, --help and --version.",
      .usage_error = 3,
      .help_status = 3,
      .failure_label = "ECHO UNKNOWN: ",
      .run = run,
  };
}

}  // namespace echopool::client
