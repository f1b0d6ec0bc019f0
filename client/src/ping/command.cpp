// echopool ping: round trips, and everything that can happen to an answer.
#include "cli/common_options.hpp"
#include "cli/subcommands.hpp"
#include "net/interrupts.hpp"
#include "net/resolver.hpp"
#include "net/socket_setup.hpp"
#include "output/folded.hpp"
#include "output/latency_text.hpp"
#include "output/report.hpp"
#include "output/terminal.hpp"
#include "output/totals_text.hpp"
#include "ping/connect_ping.hpp"
#include "ping/ping.hpp"
#include "ping/ping_text.hpp"
#include "ping/tcp_ping.hpp"
#include "ping/udp_ping.hpp"

#include <unistd.h>

#include <iostream>
#include <memory>

namespace echopool::client {
namespace {

constexpr std::size_t largest_tcp_probe = 1 << 20;

struct Plan {
  Target target;
  PingSettings ping;
  PingStyle style;
  std::size_t length = 64;
  bool connect_only = false;
  bool kernel_times = true;
  bool quiet = false;
  std::optional<Nanoseconds> deadline;  // as asked for; that of the ping is without the connecting
  bool json = false;
  bool histogram = false;
};

Plan plan_of(const Arguments& arguments) {
  Plan plan;
  plan.target = target_of(arguments);
  const bool udp = plan.target.transport == Transport::udp;
  plan.connect_only = arguments.has("connect");
  if (udp && plan.connect_only) throw UsageError{"--connect measures TCP connections and does not go with -u"};
  plan.length = udp ? arguments.size("size", probe_header, probe_limit) : arguments.size("size", 1, largest_tcp_probe);
  if (plan.connect_only) plan.length = 0;
  plan.kernel_times = !arguments.has("no-kernel-times") && !plan.connect_only;
  plan.json = arguments.has("json");
  plan.quiet = plan.json || arguments.has("quiet") || arguments.has("flood");
  plan.histogram = arguments.has("histogram");
  plan.style = {
      .exact = arguments.has("exact"), .dated = arguments.has("dates"), .colour = wants_colour(STDOUT_FILENO)};
  if (arguments.has("count")) plan.ping.count = arguments.count("count", 1, UINT64_MAX);
  plan.ping.interval = arguments.duration("interval");
  plan.ping.adaptive = arguments.has("adaptive") || arguments.has("flood") || plan.ping.interval.count() == 0;
  if (arguments.has("deadline")) plan.ping.deadline = arguments.duration("deadline");
  plan.deadline = plan.ping.deadline;
  plan.ping.limit = arguments.duration("timeout");
  plan.ping.tell_outstanding = arguments.has("outstanding");
  return plan;
}

std::unique_ptr<PingChannel> open_channel(const Plan& plan, Connection& connection, const DialSettings& dialing,
                                          const PingListener& listener) {
  if (plan.connect_only) return std::make_unique<ConnectPing>(connection.peer, dialing, plan.ping.limit, listener);
  if (plan.target.transport == Transport::udp)
    return std::make_unique<UdpPing>(connection.socket.get(), plan.length, plan.ping.limit, plan.kernel_times,
                                     listener);
  DialSettings redialing = dialing;
  redialing.limit = std::chrono::ceil<std::chrono::milliseconds>(plan.ping.limit);
  return std::make_unique<TcpPing>(std::move(connection), redialing, plan.length, plan.ping.limit, plan.kernel_times,
                                   listener);
}

std::string title_of(const Plan& plan, const Endpoint& peer) {
  return peer.to_string() + " " + std::string{to_string(plan.target.transport)} +
         (plan.connect_only ? " connect statistics" : " ping statistics");
}

void print_head(const Plan& plan, const Endpoint& peer) {
  const std::string what = plan.connect_only ? ", connecting only" : " with " + format_bytes(plan.length);
  const std::string head = "PING " + plan.target.to_string() + " (" + peer.to_string() + ") over " +
                           std::string{to_string(plan.target.transport)} + what;
  std::cout << folded(head, width_of(STDOUT_FILENO)) << std::endl;
}

int run(const Arguments& arguments) {
  Plan plan = plan_of(arguments);
  DialSettings dialing;
  dialing.source = source_of(arguments);
  dialing.prepare = setup_of(arguments).applier();
  HdrFile hdr{arguments};
  const auto addresses = resolve(plan.target);  // before signals are taken: nothing but a signal ends a slow lookup
  Interrupts interrupts{true};
  dialing.limit = connect_limit_of(arguments);
  const auto begun = std::chrono::steady_clock::now();
  if (plan.ping.deadline) dialing.deadline = begun + *plan.ping.deadline;
  dialing.cancel_fd = plan.ping.interrupt_fd = interrupts.fd();
  plan.ping.progress_wanted = &interrupts.quit();
  Connection connection;
  if (plan.connect_only)
    connection.peer = addresses.front();
  else
    connection = dial(plan.target, addresses, dialing);
  if (plan.ping.deadline) *plan.ping.deadline -= std::chrono::steady_clock::now() - begun;
  const Endpoint peer = connection.peer;
  const Endpoint local = connection.local;
  const std::size_t width = width_of(STDOUT_FILENO);

  Ping ping{plan.ping, [&](const PingReport& so_far) {
              std::cerr << describe(so_far.totals) << ", median " << format_duration(so_far.round_trips.quantile(0.5))
                        << "\n";
            }};
  const auto channel = open_channel(plan, connection, dialing, ping.listener([&](const PingEvent& event) {
    if (!plan.quiet) std::cout << describe(event, peer.to_string(), plan.style) << std::endl;
  }));
  if (!plan.json) print_head(plan, peer);
  const PingReport report = ping.run(*channel);
  const int status = report.totals.answered() > 0 ? 0 : 1;
  auto notes = warnings(report, plan.kernel_times);
  if (auto failed = hdr.write(report.round_trips); !failed.empty()) notes.push_back(std::move(failed));
  if (plan.json) {
    Json::Object result = begin_report("ping", arguments.typed());
    result.emplace_back("target", target_json(plan.target, peer, local));
    result.emplace_back("options", Json::Object{{"probe_bytes", plan.length},
                                                {"interval_ns", plan.ping.interval},
                                                {"adaptive", plan.ping.adaptive},
                                                {"timeout_ns", plan.ping.limit},
                                                {"connect_timeout_ns", dialing.limit},
                                                {"deadline_ns", plan.deadline},
                                                {"connect_only", plan.connect_only},
                                                {"kernel_times", plan.kernel_times}});
    add_results(result, report);
    end_report(result, notes, status);
    std::cout << Json{result}.to_string() << std::endl;
    return status;
  }
  std::cout << "\n" << summarise(report, title_of(plan, peer), width);
  if (plan.histogram) std::cout << "\n" << draw_histogram(report.round_trips, width, speaks_utf8());
  for (const std::string& note : notes) std::cout << folded("note: " + note, width) << "\n";
  std::cout << std::flush;
  return status;
}

}  // namespace

Command ping_command() {
  return {
      .name = "ping",
      .summary = "measure round trips; tell lost, late, duplicate, reordered and corrupt answers apart",
      .usage = "[options] [HOST PORT]",
      .description =
          "Sends probes to an echo service and measures when they come back: over TCP (messages in one connection), "
          "over UDP with -u, or connections alone with --connect. Each probe carries its identity, and every byte of "
          "an answer is compared, so that a duplicate is never taken for an answer and a damaged answer never for a "
          "good one. Beside the time this program saw stands the time between the kernel's own stamps.\n\n"
          "All that an echo can tell is the round trip: there is no one-way time here, and a lost probe may have been "
          "lost on either way. Letters are those of ping(8).",
      .groups = {target_options(),
                 {"Schedule",
                  {{"count", 'c', "N", "", "stop after N probes (else when interrupted)"},
                   {"interval", 'i', "DURATION", "1s", "between probes; 0 is --adaptive"},
                   {"adaptive", 'A', "", "", "send the next probe as soon as the last is answered or given up"},
                   {"flood", 'f', "", "", "--adaptive and --quiet"},
                   {"deadline", 'w', "DURATION", "", "stop after this time, connecting included"},
                   connect_timeout_option(),
                   {"timeout", 'W', "DURATION", "1s",
                    "an answer that takes longer is late; one that never comes is lost"}}},
                 {"Probes",
                  {{"size", 's', "SIZE", "64", "bytes of a probe; with -u at least 48, which carry its identity"},
                   {"connect", '\0', "", "", "measure how long connecting takes, and send nothing"},
                   {"no-kernel-times", '\0', "", "", "do not ask the kernel for time stamps"}}},
                 socket_setup_options(SocketLetters::of_ping),
                 {"Output",
                  {{"quiet", 'q', "", "", "print the summary alone"},
                   {"outstanding", 'O', "", "", "say before each probe that the last is not yet answered"},
                   {"dates", 'D', "", "", "print the date, in seconds since 1970, before each line"},
                   {"exact", '3', "", "", "print round trips to the nanosecond"},
                   {"histogram", '\0', "", "", "draw the distribution of the round trips"},
                   hdr_option(),
                   {"json", 'J', "", "", "print one JSON object and nothing else"}}}},
      .examples = {{"echopool ping -c 5 localhost 7", "five round trips over TCP"},
                   {"echopool ping -u -f -c 10000 --histogram 192.0.2.1:7",
                    "ten thousand datagrams, each as soon as the last came back"},
                   {"echopool ping --connect -i 0.2 www.example.org 443",
                    "how long connecting takes; any TCP service"}},
      .exit_status =
          "0 at least one good answer; 1 none, or the network failed; 2 usage. Ctrl-C sums up and keeps the "
          "status by result, a second Ctrl-C exits with 130. SIGQUIT (Ctrl-\\) prints how things are.",
      .run = run,
  };
}

}  // namespace echopool::client
