// echopool talk: like nc, and unable to deadlock.
#include "cli/common_options.hpp"
#include "cli/subcommands.hpp"
#include "measure/format.hpp"
#include "net/dialer.hpp"
#include "net/interrupts.hpp"
#include "net/resolver.hpp"
#include "talk/talk.hpp"

#include <echopool/error.hpp>

#include <unistd.h>

#include <array>
#include <cstdio>
#include <iostream>

namespace echopool::client {
namespace {

constexpr int exit_network = 1;
constexpr int exit_interrupted = 130;  // 128 + SIGINT, as shells report it
constexpr std::chrono::milliseconds udp_quit{2'000};

std::string hexadecimal(std::optional<std::byte> byte) {
  if (!byte) return "nothing";
  std::array<char, 8> text{};
  std::snprintf(text.data(), text.size(), "0x%02x", std::to_integer<unsigned>(*byte));
  return text.data();
}

std::string amount(std::uint64_t bytes, std::uint64_t datagrams, Transport transport) {
  std::string text = format_bytes(bytes);
  if (transport == Transport::udp)
    text += " in " + format_count(datagrams) + (datagrams == 1 ? " datagram" : " datagrams");
  return text;
}

/// What went wrong, in one sentence; empty: nothing.
std::string complaint(const TalkReport& report, const TalkSettings& settings, const Endpoint& peer) {
  const std::string server = peer.to_string();
  const auto moved = [&] {
    return "sent " + amount(report.sent_bytes, report.sent_datagrams, settings.transport) + ", received " +
           amount(report.received_bytes, report.received_datagrams, settings.transport);
  };
  switch (report.end) {
    case TalkEnd::mismatch:
      return "the answer of " + server + " differs at offset " + format_count(report.mismatch->offset) + ": sent " +
             hexadecimal(report.mismatch->expected) + ", received " + hexadecimal(report.mismatch->actual);
    case TalkEnd::send_failed:
      return "cannot send to " + server + ": " + explain(report.error, settings.transport);
    case TalkEnd::receive_failed:
      return "cannot receive from " + server + ": " + explain(report.error, settings.transport);
    case TalkEnd::input_failed:
      return "cannot read standard input: " + error_text(report.error);
    case TalkEnd::output_failed:
      return "cannot write standard output: " + error_text(report.error);
    case TalkEnd::idle:
      return "nothing has moved to or from " + server + " for " + format_duration(*settings.idle) + " (" + moved() +
             "); a longer limit is set with --wait";
    case TalkEnd::quit:
    case TalkEnd::finished:
    case TalkEnd::interrupted:
      break;
  }
  if (report.end == TalkEnd::finished && report.unsent_bytes > 0)
    return server + " ended the conversation before all of the input was sent (" + moved() + ")";
  return {};
}

/// What is missing from the answer; empty: nothing, or it was not asked for.
std::string missing(const TalkReport& report, const TalkSettings& settings, const Endpoint& peer, bool quit_given) {
  if (report.all_answered || report.end == TalkEnd::interrupted) return {};
  const bool udp = settings.transport == Transport::udp;
  if (!settings.verify && (!udp || quit_given)) return {};
  if (udp)
    return peer.to_string() + " answered " + format_count(report.received_datagrams) + " of " +
           format_count(report.sent_datagrams) + " datagrams; the others were lost, or it is no echo service";
  return "the answer of " + peer.to_string() + " ends after " + format_bytes(report.received_bytes) + " of " +
         format_count(report.sent_bytes);
}

int run(const Arguments& arguments) {
  const Target target = target_of(arguments);
  const bool udp = target.transport == Transport::udp;
  TalkSettings settings;
  settings.transport = target.transport;
  settings.idle = arguments.timeout("wait");
  settings.quit = arguments.has("quit") ? arguments.timeout("quit") : udp ? Timeout{udp_quit} : std::nullopt;
  settings.verify = arguments.has("verify");
  settings.lines = arguments.has("lines");
  if (settings.lines && !udp) throw UsageError{"--lines is about datagrams and needs -u"};

  DialSettings dialing;
  if (settings.idle) dialing.limit = settings.idle;
  dialing.source = source_of(arguments);
  const auto start = std::chrono::steady_clock::now();
  const auto addresses = resolve(target);  // before signals are taken: nothing but a signal ends a slow lookup
  Interrupts interrupts;
  dialing.cancel_fd = settings.interrupt_fd = interrupts.fd();
  const Connection connection = dial(target, addresses, dialing);
  const bool verbose = arguments.has("verbose");
  if (verbose)
    std::cerr << (udp ? "sending to " : "connected to ") << connection.peer.to_string() << " ("
              << to_string(target.transport) << ") from " << connection.local.to_string()
              << (udp ? "" : " in " + format_duration(std::chrono::steady_clock::now() - start)) << "\n";

  const TalkReport report = Talk{connection.socket.get(), settings}.run();
  if (verbose)
    std::cerr << "sent " << amount(report.sent_bytes, report.sent_datagrams, target.transport) << ", received "
              << amount(report.received_bytes, report.received_datagrams, target.transport) << " in "
              << format_duration(report.duration) << "\n";
  if (report.end == TalkEnd::interrupted) return exit_interrupted;
  std::string what = complaint(report, settings, connection.peer);
  if (what.empty()) what = missing(report, settings, connection.peer, arguments.has("quit"));
  if (!what.empty()) throw NetworkError{report.error, what};
  if (settings.verify) std::cerr << "verified: " << format_bytes(report.received_bytes) << " came back unchanged\n";
  return 0;
}

}  // namespace

Command talk_command() {
  return {
      .name = "talk",
      .summary = "send standard input to the server and print its answer, like nc",
      .usage = "[options] [HOST PORT]",
      .description =
          "Connects, sends standard input to the server and writes its answer to standard output, both directions at "
          "once: a server that answers while it is still being sent to never brings the two to a standstill. At the "
          "end of the input the sending half is closed and the answer is read to its end.\n\n"
          "With -u each block of input (a line, when typed) becomes a datagram, a few of them unanswered at a time, "
          "and the conversation is over when all have been answered.",
      .groups =
          {target_options(),
           {"Conversation",
            {{"wait", 'w', "DURATION", "",
              "give up when connecting takes longer (else 10 s), or when nothing has moved in either direction for so "
              "long (else never)"},
             {"quit", 'q', "DURATION", "",
              "end this long after the end of the input, answered or not (else when the server ends; with -u, after 2 "
              "s)"},
             {"lines", '\0', "", "",
              "with -u: each line, without its newline, is a datagram; an empty line is one of no bytes"}}},
           {"Result",
            {{"verify", '\0', "", "",
              "the answer must equal what was sent: name the first offset that differs and exit with 1"},
             {"verbose", 'v', "", "", "say on standard error which server it is and how much went each way"}}}},
      .examples = {{"echo hello | echopool talk localhost 7", "one line to the echo port"},
                   {"echopool talk --verify -v < big.bin > /dev/null",
                    "a file there and back to the local echopoold, every byte compared"},
                   {"printf 'a\\n\\nb\\n' | echopool talk -u --lines 192.0.2.1:7",
                    "three datagrams, the second of no bytes"}},
      .exit_status =
          "0 done; 1 the network failed, something was not answered or did not verify; 2 usage; 130 interrupted.",
      .run = run,
  };
}

}  // namespace echopool::client
