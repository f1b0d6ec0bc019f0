// echopool deadlock: the textbook's mistake made visible, and what helps against it.
#include "cli/common_options.hpp"
#include "cli/subcommands.hpp"
#include "deadlock/deadlock_text.hpp"
#include "net/interrupts.hpp"
#include "net/resolver.hpp"
#include "output/folded.hpp"
#include "output/live_picture.hpp"
#include "output/report.hpp"
#include "output/terminal.hpp"
#include "verify/pattern.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <iostream>
#include <vector>

namespace echopool::client {
namespace {

constexpr std::uint64_t until_stall_most = std::uint64_t{1} << 30;

struct Plan {
  Target target;
  std::vector<Endpoint> addresses;
  DialSettings dialing;
  LessonSettings lesson;
  std::uint64_t window = 0;  // asked for; 0: the kernel's
  std::vector<Remedy> remedies;
  bool prove_on_the_spot = false;  // read in the connection that stalled
  std::string expected;
  bool json = false;
};

std::vector<Remedy> remedies_of(const std::string& choice) {
  constexpr std::array all{Remedy::reader_thread, Remedy::read_between, Remedy::smaller, Remedy::timeout};
  std::vector<Remedy> chosen;
  for (const Remedy remedy : all)
    if (choice == "all" || choice == to_string(remedy)) chosen.push_back(remedy);
  return chosen;
}

Plan plan_of(const Arguments& arguments) {
  Plan plan;
  plan.target = target_of(arguments);
  const bool udp = plan.target.transport == Transport::udp;
  plan.lesson.bytes = arguments.size("bytes", 1, until_stall_most);
  plan.lesson.chunk = udp ? arguments.size("chunk", probe_header, probe_limit) : arguments.size("chunk", 1, 1 << 20);
  plan.lesson.most = arguments.has("until-stall") ? until_stall_most : plan.lesson.bytes;
  plan.lesson.stall_limit = arguments.duration("stall-timeout");
  plan.lesson.read_first = arguments.text("mistake") == "read-read";
  plan.window = arguments.size("window", 0, 1 << 30);
  plan.dialing.limit = connect_limit_of(arguments);
  plan.dialing.source = source_of(arguments);
  if (plan.window > 0) {
    SocketSetup setup;
    setup.receive_buffer = setup.send_buffer = static_cast<int>(plan.window);
    plan.dialing.prepare = setup.applier();
  }
  plan.prove_on_the_spot = !arguments.has("fix");
  if (arguments.has("fix")) plan.remedies = remedies_of(arguments.text("fix"));
  plan.expected = arguments.text("expect");
  plan.json = arguments.has("json");
  if (udp && (arguments.has("fix") || arguments.has("until-stall") || plan.lesson.read_first))
    throw UsageError{"--fix, --until-stall and --mistake are about TCP: over UDP neither side ever waits"};
  return plan;
}

/// As a program that knows the sizes would choose: half of our own receive buffer, of which half is bookkeeping.
std::uint64_t small_amount(const Plan& plan, const LessonReport& lesson) {
  return std::min<std::uint64_t>(plan.lesson.bytes,
                                 static_cast<std::uint64_t>(lesson.evidence.after.receive_buffer) / 4);
}

RemedySettings remedy_settings(const Plan& plan, int interrupt_fd) {
  RemedySettings settings;
  settings.bytes = plan.lesson.bytes;
  settings.chunk = plan.lesson.chunk;
  settings.limit = plan.lesson.stall_limit;
  settings.interrupt_fd = interrupt_fd;
  return settings;
}

struct Proof {
  Remedy remedy;
  RemedyReport report;
};

class Lecture {
 public:
  Lecture(const Plan& plan, Interrupts& interrupts)
      : plan_{plan}, interrupt_fd_{interrupts.fd()}, key_{random_key()}, width_{width_of(STDOUT_FILENO)} {}

  LessonReport make_the_mistake(const Connection& connection) {
    LivePicture picture{!plan_.json};
    const std::size_t live_width = width_of(STDERR_FILENO) - 1;
    DeadlockLesson lesson{connection, key_, plan_.lesson, [&](const BufferLevels& levels) {
                            if (!picture.live()) return;
                            auto lines = draw(levels, live_width, speaks_utf8());
                            lines.insert(lines.begin(), format_bytes(levels.written) + " written, none read");
                            picture.show(lines);
                          }};
    return lesson.run();
  }

  std::vector<Proof> prove(Connection& connection, const LessonReport& lesson) {
    std::vector<Proof> proofs;
    const bool hopeless = lesson.error != 0 || lesson.interrupted || lesson.verdict == StallVerdict::peer_not_reading ||
                          lesson.verdict == StallVerdict::network;
    if (hopeless) return proofs;
    if (plan_.prove_on_the_spot) {
      RemedySettings settings = remedy_settings(plan_, interrupt_fd_);
      settings.written = lesson.written;
      settings.bytes = std::max(settings.bytes, lesson.written);
      const char* const now = plan_.lesson.read_first ? "\nNow the client speaks first, in the same connection.\n"
                                                      : "\nNow the client reads, in the same connection.\n";
      if (!plan_.json) std::cout << now << std::flush;
      add(proofs, Remedy::reader_thread, apply_remedy(Remedy::reader_thread, connection, key_, settings));
      return proofs;
    }
    connection.socket.reset();
    for (const Remedy remedy : plan_.remedies) {
      RemedySettings settings = remedy_settings(plan_, interrupt_fd_);
      if (remedy == Remedy::smaller) settings.bytes = small_amount(plan_, lesson);
      const Connection fresh = dial(plan_.target, plan_.addresses, plan_.dialing);
      if (!plan_.json) std::cout << "\nThe same in a new connection.\n" << std::flush;
      add(proofs, remedy, apply_remedy(remedy, fresh, key_, settings));
    }
    return proofs;
  }

  [[nodiscard]] std::size_t width() const noexcept { return width_; }

 private:
  void add(std::vector<Proof>& proofs, Remedy remedy, const RemedyReport& report) const {
    if (!plan_.json) std::cout << tell(remedy, report, width_) << std::flush;
    proofs.push_back({remedy, report});
  }

  const Plan& plan_;
  const int interrupt_fd_;
  const std::uint64_t key_;
  const std::size_t width_;
};

void print_head(const Plan& plan, const Connection& connection, std::size_t width) {
  const TcpEvidence now = look_at(connection.socket.get());
  const std::string what = plan.lesson.read_first ? "waiting for the server to speak first"
                                                  : "writing " + format_bytes(plan.lesson.bytes) + " in chunks of " +
                                                        format_count(plan.lesson.chunk) + " and reading nothing";
  std::cout << folded("DEADLOCK " + plan.target.to_string() + " (" + connection.peer.to_string() + "): " + what, width)
            << "\n";
  const std::string asked =
      plan.window > 0 ? " (" + format_count(plan.window) + " asked for; the kernel doubles it)" : "";
  std::cout << folded("our buffers: SO_SNDBUF " + format_count(static_cast<std::uint64_t>(now.send_buffer)) +
                          ", SO_RCVBUF " + format_count(static_cast<std::uint64_t>(now.receive_buffer)) + asked,
                      width)
            << "\n\n"
            << std::flush;
}

int status_of(const Plan& plan, const LessonReport& lesson, const std::vector<Proof>& proofs) {
  const bool proven = std::all_of(proofs.begin(), proofs.end(), [](const Proof& proof) { return proof.report.good(); });
  const bool as_expected = plan.expected == "any" || (plan.expected == "stall") == lesson.evidence.stalled;
  const bool tried = !proofs.empty() || (!plan.prove_on_the_spot && plan.remedies.empty());
  return proven && as_expected && tried && lesson.error == 0 ? 0 : 1;
}

Json::Object begin(const Arguments& arguments, const Plan& plan, const Connection& connection) {
  Json::Object result = begin_report("deadlock", arguments.typed());
  result.emplace_back("target", target_json(plan.target, connection.peer, connection.local));
  result.emplace_back("options", Json::Object{{"bytes", plan.lesson.bytes},
                                              {"chunk_bytes", plan.lesson.chunk},
                                              {"window_bytes", plan.window},
                                              {"most_bytes", plan.lesson.most},
                                              {"stall_timeout_ns", plan.lesson.stall_limit},
                                              {"mistake", plan.lesson.read_first ? "read-read" : "write-write"},
                                              {"expect", plan.expected}});
  return result;
}

int run_datagrams(const Arguments& arguments, const Plan& plan, const Connection& connection, int interrupt_fd) {
  const auto report = teach_with_datagrams(connection.socket.get(), plan.lesson.bytes, plan.lesson.chunk,
                                           plan.lesson.stall_limit, interrupt_fd);
  const int status = report.totals.answered() > 0 ? 0 : 1;
  if (!plan.json) {
    std::cout << tell(report, width_of(STDOUT_FILENO)) << std::flush;
    return status;
  }
  Json::Object result = begin(arguments, plan, connection);
  result.emplace_back("datagrams", datagrams_json(report));
  end_report(result, {}, status);
  std::cout << Json{result}.to_string() << std::endl;
  return status;
}

int run(const Arguments& arguments) {
  Plan plan = plan_of(arguments);
  plan.addresses = resolve(plan.target);  // before signals are taken: nothing but a signal ends a slow lookup
  Interrupts interrupts;
  plan.dialing.cancel_fd = plan.lesson.interrupt_fd = interrupts.fd();
  Connection connection = dial(plan.target, plan.addresses, plan.dialing);
  if (plan.target.transport == Transport::udp) return run_datagrams(arguments, plan, connection, interrupts.fd());

  Lecture lecture{plan, interrupts};
  Json::Object result = begin(arguments, plan, connection);
  if (!plan.json) print_head(plan, connection, lecture.width());
  const LessonReport lesson = lecture.make_the_mistake(connection);
  if (!plan.json) std::cout << tell(lesson, plan.lesson, lecture.width(), speaks_utf8()) << std::flush;
  const auto proofs = lecture.prove(connection, lesson);
  const int status = status_of(plan, lesson, proofs);
  if (plan.json) {
    result.emplace_back("lesson", lesson_json(lesson));
    Json::Array remedies;
    for (const Proof& proof : proofs) remedies.push_back(remedy_json(proof.remedy, proof.report));
    result.emplace_back("remedies", std::move(remedies));
    end_report(result, {}, status);
    std::cout << Json{result}.to_string() << std::endl;
  } else if (plan.expected != "any" && (plan.expected == "stall") != lesson.evidence.stalled) {
    std::cout << "\nFAILED: " << (plan.expected == "stall" ? "it did not stall" : "it stalled") << "\n" << std::flush;
  }
  return status;
}

}  // namespace

Command deadlock_command() {
  return {
      .name = "deadlock",
      .summary = "make the classic mistake: write 10 MB, read nothing; see why it stops, prove what helps",
      .usage = "[options] [HOST PORT]",
      .description =
          "Writes to an echo service in small chunks without ever reading. The echoes fill the client's receive "
          "buffer, "
          "then the server's send buffer; the server, stuck in send(), stops reading, and at last the client's own "
          "send() stops: both wait for each other for ever. The four buffers are shown filling; when nothing moves any "
          "more the verdict is given with the kernel's figures (SIOCOUTQ, SIOCINQ, TCP_INFO; the server's own socket "
          "too when it is on this host). Then the client reads, and everything flows again, every byte verified.\n\n"
          "Large buffers hide the mistake; so ours are small unless --window 0 leaves them to the kernel.",
      .groups = {target_options(),
                 {"Mistake",
                  {{"bytes", '\0', "SIZE", "10M", "how much to write"},
                   {"chunk", '\0', "SIZE", "1K", "bytes of one write"},
                   {"window", '\0', "SIZE", "16K", "SO_SNDBUF and SO_RCVBUF of our socket; 0: the kernel's"},
                   {"until-stall", '\0', "", "", "if it does not stall, go on until it does, at most 1G"},
                   {"stall-timeout", '\0', "DURATION", "2s", "nothing moved for this long: a stall"},
                   connect_timeout_option(),
                   {"mistake", '\0', "write-write|read-read", "write-write",
                    "read-read: wait for a server that waits for us"}}},
                 {"Remedy",
                  {{"fix", '\0', "reader-thread|read-between|smaller|timeout|all|none", "",
                    "after the stall try this in a new connection (else a reader thread in the stalled one); none: "
                    "leave it"}}},
                 {"Output",
                  {{"expect", '\0', "stall|complete|any", "any", "exit with 1 when it comes out otherwise"},
                   {"json", 'J', "", "", "print one JSON object and nothing else"}}}},
      .examples = {{"echopool deadlock", "the lesson, with the local echopoold"},
                   {"echopool deadlock --window 0 --until-stall localhost 7",
                    "how much do the default buffers swallow?"},
                   {"echopool deadlock --fix all localhost 7", "every remedy in turn, each with its proof"}},
      .exit_status =
          "0 every byte came back in the end, and --expect holds; 1 otherwise, or the network failed; 2 usage.",
      .run = run,
  };
}

}  // namespace echopool::client
