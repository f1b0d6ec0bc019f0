// echopool load: as many requests as the service takes, or as many as are asked for.
#include "cli/common_options.hpp"
#include "cli/subcommands.hpp"
#include "descriptor_limit.hpp"
#include "load/load.hpp"
#include "load/load_text.hpp"
#include "net/interrupts.hpp"
#include "net/resolver.hpp"
#include "output/folded.hpp"
#include "output/latency_text.hpp"
#include "output/progress.hpp"
#include "output/report.hpp"
#include "output/terminal.hpp"

#include <unistd.h>

#include <algorithm>
#include <iostream>
#include <stdexcept>
#include <thread>

namespace echopool::client {
namespace {

LoadMode mode_of(const Arguments& arguments, Transport transport) {
  const bool fresh = arguments.has("new-conn");
  const bool connect_only = arguments.has("connect-only");
  if (transport == Transport::udp) {
    if (fresh || connect_only) throw UsageError{"--new-conn and --connect-only are about TCP and do not go with -u"};
    return LoadMode::datagram;
  }
  if (fresh && connect_only) throw UsageError{"--new-conn and --connect-only exclude each other"};
  return connect_only ? LoadMode::connect_only : fresh ? LoadMode::fresh : LoadMode::stream;
}

void read_amount(const Arguments& arguments, LoadSettings& settings) {
  const int limits = arguments.has("time") + arguments.has("requests") + arguments.has("bytes");
  if (limits > 1) throw UsageError{"-t, -n and --bytes each say when to stop; give one"};
  if (arguments.has("requests")) settings.requests = arguments.count("requests", 1, INT64_MAX);
  if (arguments.has("bytes")) {
    const std::uint64_t bytes = arguments.size("bytes", 1, INT64_MAX);
    settings.requests = (bytes + settings.size - 1) / settings.size;
  }
  if (!settings.requests) settings.duration = arguments.duration("time");
  if (settings.duration && settings.duration->count() == 0) throw UsageError{"-t, --time must be more than 0"};
}

LoadSettings settings_of(const Arguments& arguments, Transport transport) {
  LoadSettings settings;
  settings.mode = mode_of(arguments, transport);
  settings.connections = arguments.count("connections", 1, 100'000);
  const std::size_t processors = std::max(1U, std::thread::hardware_concurrency());
  settings.threads =
      arguments.has("threads") ? arguments.count("threads", 1, 1024) : std::max<std::size_t>(1, processors / 2);
  settings.threads = std::min(settings.threads, settings.connections);
  settings.size = transport == Transport::udp ? arguments.size("size", probe_header, probe_limit)
                                              : arguments.size("size", 1, std::uint64_t{1} << 30);
  settings.pipeline = arguments.count("pipeline", 1, 1 << 20);
  if (arguments.has("rate")) settings.rate = arguments.rate("rate");
  if (settings.rate && arguments.has("pipeline"))
    throw UsageError{"--pipeline is about a closed loop; with a rate (-R) requests leave when they are due"};
  if (arguments.has("pipeline") && (settings.mode == LoadMode::fresh || settings.mode == LoadMode::connect_only))
    throw UsageError{"--pipeline needs connections that last"};
  read_amount(arguments, settings);
  settings.warmup = arguments.duration("warm-up");
  settings.timeout = arguments.duration("timeout");
  if (arguments.has("interval")) settings.interval = std::max(arguments.duration("interval"), Nanoseconds{10'000'000});
  if (arguments.has("expected-interval")) {
    constexpr Nanoseconds shortest{100'000};
    if (settings.rate) throw UsageError{"--expected-interval is for a closed loop; with a rate (-R) every wait counts"};
    settings.expected_interval = std::max(arguments.duration("expected-interval"), shortest);
  }
  settings.nagle = arguments.has("nagle");
  settings.reset = arguments.has("reset");
  if (settings.reset && settings.mode != LoadMode::fresh && settings.mode != LoadMode::connect_only)
    throw UsageError{"--reset needs --new-conn or --connect-only"};
  return settings;
}

/// A thousand connections are more than many shells allow by default; the hard limit usually is not.
void raise_file_limit(std::size_t connections) {
  const std::size_t wanted = connections + 64;
  const std::size_t limit = raise_descriptor_limit(wanted);
  if (limit < wanted)
    throw NetworkError{EMFILE, "cannot open " + format_count(connections) +
                                   " connections: the limit of open files is " + format_count(limit) +
                                   "; raise it (ulimit -n) or ask for fewer (-c)"};
}

std::string progress_line(const LoadProgress& progress, const LoadSettings& settings) {
  const double seconds = std::chrono::duration<double>{progress.elapsed}.count();
  const double rate = seconds > 0 ? static_cast<double>(progress.answered) / seconds : 0;
  std::string text = format_duration(progress.elapsed);
  if (settings.duration) text += " of " + format_duration(settings.warmup + *settings.duration);
  text += ": " + format_count(progress.answered) + " answered, " + format_count(static_cast<std::uint64_t>(rate)) +
          " a second";
  if (progress.errors > 0) text += ", " + format_count(progress.errors) + " errors";
  return text;
}

std::vector<FailCondition> conditions_of(const Arguments& arguments) {
  if (!arguments.has("fail-if")) return {};
  try {
    return parse_fail_conditions(arguments.text("fail-if"));
  } catch (const std::invalid_argument& error) {
    throw UsageError{"--fail-if " + std::string{error.what()}};
  }
}

int run(const Arguments& arguments) {
  const Target target = target_of(arguments);
  LoadSettings settings = settings_of(arguments, target.transport);
  const auto conditions = conditions_of(arguments);
  settings.dialing.source = source_of(arguments);
  settings.dialing.limit = connect_limit_of(arguments);
  settings.dialing.prepare = setup_of(arguments).applier();
  HdrFile hdr{arguments};
  raise_file_limit(settings.connections);
  const auto addresses = resolve(target);  // before signals are taken: nothing but a signal ends a slow lookup
  Interrupts interrupts;
  settings.dialing.cancel_fd = interrupts.fd();
  // Which of the target's addresses answers is found out once, by what becomes the first connection of the run.
  Connection first = dial(target, addresses, settings.dialing);
  settings.peer = first.peer;
  const Endpoint local = first.local;
  const bool json = arguments.has("json");
  const std::size_t width = width_of(STDOUT_FILENO);
  if (!json) {
    const std::string head = "LOAD " + target.to_string() + " (" + settings.peer.to_string() + ") over " +
                             std::string{to_string(target.transport)} + ": " + describe(settings);
    std::cout << folded(head, width) << std::endl;
    if (settings.interval) std::cout << row_head(width) << std::endl;
  }
  Progress progress{!arguments.has("no-progress")};
  Load load{settings,
            interrupts.fd(),
            {.progress = [&](const LoadProgress& so_far) { progress.show(progress_line(so_far, settings)); },
             .row =
                 [&](const LoadInterval& row) {
                   if (json) return;
                   progress.clear();
                   std::cout << row_text(row, width) << std::endl;
                 }},
            std::move(first)};
  const LoadReport report = load.run();
  progress.clear();

  auto notes = warnings(report, settings);
  if (auto failed = hdr.write(report.times()); !failed.empty()) notes.push_back(std::move(failed));
  const auto failures = check_fail_conditions(conditions, figures_of(report));
  const int status = report.counts.answered > 0 && report.counts.corrupt == 0 && failures.empty() ? 0 : 1;
  if (json) {
    Json::Object result = begin_report("load", arguments.typed());
    result.emplace_back("target", target_json(target, settings.peer, local));
    add_options(result, settings);
    add_results(result, report, settings);
    result.emplace_back("failed_conditions", Json::Array{failures.begin(), failures.end()});
    end_report(result, notes, status);
    std::cout << Json{result}.to_string() << std::endl;
    return status;
  }
  std::cout << "\n" << summarise(report, settings, width);
  if (arguments.has("histogram")) std::cout << "\n" << draw_histogram(report.counts.response, width, speaks_utf8());
  std::cout << "\n";
  for (const std::string& note : notes) std::cout << folded("note: " + note, width) << "\n";
  for (const std::string& failure : failures) std::cout << folded("FAILED " + failure, width) << "\n";
  std::cout << std::flush;
  return status;
}

}  // namespace

Command load_command() {
  return {
      .name = "load",
      .summary = "put a load on the service and measure rate, latency and loss; every byte verified",
      .usage = "[options] [HOST PORT]",
      .description =
          "Without a rate each connection sends its next request when the last is answered (a closed loop): this finds "
          "the highest rate, but its times are too good to be true under load. With a rate (-R) the moment of every "
          "request is fixed before the run begins (an open loop): the response time counts from that moment and so "
          "contains every wait, the service time from the sending.\n\n"
          "The payload is a function of its place in the stream, and every byte that comes back is compared. Letters "
          "are those of iperf3 and wrk.",
      .groups =
          {target_options(),
           {"Amount",
            {{"time", 't', "DURATION", "10s", "how long to measure"},
             {"requests", 'n', "N", "", "the number of requests to measure"},
             {"bytes", '\0', "SIZE", "", "measure requests that carry this many bytes in all"},
             {"warm-up", '\0', "DURATION", "0", "first run this long without measuring"}}},
           {"Load",
            {{"connections", 'c', "N", "16", "connections, or UDP sockets, at once"},
             {"threads", 'T', "N", "", "threads that share the connections (else half the processors)"},
             {"rate", 'R', "N", "", "requests a second, all connections together: 500, 20k"},
             {"size", 'l', "SIZE", "64", "bytes of a request; with -u at least 48"},
             {"expected-interval", '\0', "DURATION", "",
              "closed loop: what each connection was meant to send at; a slow answer then also counts for the requests "
              "that it held up (at least 100us)"},
             {"pipeline", '\0', "N", "1", "closed loop: requests under way at once in each connection"},
             {"new-conn", '\0', "", "", "a new connection for each request"},
             {"connect-only", '\0', "", "", "connect and close, and send nothing"},
             {"reset", '\0', "", "",
              "end those connections with a reset, which spares this machine the TIME_WAIT and startles the server"},
             {"nagle", '\0', "", "", "leave Nagle's algorithm on (no TCP_NODELAY)"},
             {"timeout", 'W', "DURATION", "1s",
              "a datagram is lost after this; at the end, answers are waited for this long"},
             connect_timeout_option()}},
           socket_setup_options(SocketLetters::none),
           {"Output",
            {{"interval", 'i', "DURATION", "", "print a row this often"},
             {"histogram", '\0', "", "", "draw the distribution of the times"},
             hdr_option(),
             {"fail-if", '\0', "CONDITIONS", "",
              "exit with 1 when one holds: p99>5ms,loss>0.1%,rate<1000; also min, p50, p90, p99.9, p99.99, max, "
              "mean, errors, throughput"},
             {"no-progress", '\0', "", "", "no progress line on the terminal"},
             {"json", 'J', "", "", "print one JSON object and nothing else"}}}},
      .examples = {{"echopool load -t 5s localhost 7", "how many 64-byte requests 16 connections get answered"},
                   {"echopool load -R 20k -c 64 --fail-if 'p99>5ms,loss>0' 192.0.2.1:7",
                    "can it serve 20,000 a second, 99 of 100 within 5 ms?"},
                   {"echopool load -u -R 1k -l 1400 -i 1 localhost 7", "datagrams, a row every second"},
                   {"echopool load --new-conn -c 8 -n 10000 localhost 7", "ten thousand connections"}},
      .exit_status =
          "0 something was answered, nothing was corrupt, no --fail-if condition holds; 1 otherwise, or the network "
          "failed; 2 usage. The first Ctrl-C ends the run and sums it up, the second exits with 130.",
      .run = run,
  };
}

}  // namespace echopool::client
