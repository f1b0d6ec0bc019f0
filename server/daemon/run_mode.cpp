#include "run_mode.hpp"

#include "daemon_options.hpp"
#include "detach.hpp"
#include "echo_service.hpp"
#include "inetd.hpp"
#include "inherited_sockets.hpp"
#include "main_loop.hpp"
#include "notify.hpp"
#include "options/option_text.hpp"
#include "pidfile.hpp"
#include "privileges.hpp"

#include <echopool/version.hpp>

#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <optional>
#include <string>

namespace echopool {
namespace {

constexpr int exit_failed = 1;
constexpr int exit_usage = 2;
constexpr int exit_configuration = 78;

void print(const std::string& text) { std::fputs(text.c_str(), stdout); }
void print_error(const std::string& text) { std::fprintf(stderr, "echopoold: %s\n", text.c_str()); }

/// The gravest decides.
int status_of(const std::vector<Problem>& problems) {
  const auto any = [&problems](Problem::Kind kind) {
    return std::any_of(problems.begin(), problems.end(), [kind](const Problem& each) { return each.kind == kind; });
  };
  if (any(Problem::Kind::usage)) return exit_usage;
  return any(Problem::Kind::configuration) ? exit_configuration : exit_failed;
}

/// Its destructor may have to give up on a hung syslog; then the threads that are left forbid a usual exit.
int close_logging(Logging& logging, int status) {
  if (!logging.close()) ::_exit(status);
  return status;
}

std::string dump(std::string_view what, const Configuration& configuration) {
  if (what == "template") return ini_template(daemon_options(), ini_preface);
  if (what == "manual") return manual_entries(daemon_options());
  return ini_dump(daemon_options(), configuration.values,
                  "The configuration of echopoold " + std::string{version()} + " that is in effect");
}

int answer_with(const std::string& text) {
  print(text);
  return 0;
}

/// Answers a question on standard output; nullopt: none was asked.
std::optional<int> answer(const OptionSources& sources, const Configuration& configuration) {
  if (sources.given("help")) return answer_with(help_text(daemon_options()));
  if (sources.given("version")) return answer_with("echopoold " + std::string{version()} + "\n");
  const auto what = sources.given("dump-config");
  if (what && !what->empty() && *what != "template" && *what != "manual") {
    print_error("--dump-config=" + *what + ": must be template or manual, or nothing at all");
    return exit_usage;
  }
  if (!configuration.problems.empty()) {
    for (const Problem& problem : configuration.problems) print_error(problem.text);
    return status_of(configuration.problems);
  }
  if (what) return answer_with(dump(*what, configuration));
  if (sources.given("check-config")) return answer_with("configuration ok\n");
  return std::nullopt;
}

void log_start(const Configuration& configuration, const std::vector<SkippedListener>& skipped) {
  const DaemonSettings& settings = configuration.settings;
  log_event(LogLevel::notice, "started",
            {{"version", version()},
             {"pid", ::getpid()},
             {"workers", settings.server.pool.workers},
             {"idle", settings.server.pool.idle == IdleConnections::park ? "park" : "hold"},
             {"config", configuration.file.empty() ? "defaults" : configuration.file}});
  for (const SkippedListener& each : skipped)
    log_event(LogLevel::warning, "listener skipped",
              {{"transport", each.transport}, {"address", each.address}, {"error", each.reason}});
}

/// In the foreground, or in the daemon that detach() has made. Everything that can fail comes before the report; what
/// needs root comes before become(), and all of that before the first thread.
int serve(const Invocation& invocation, Configuration configuration, StartReport& report) {
  const DaemonSettings settings = configuration.settings;
  daemon_signals().block();
  const Notifier notifier{[](const char* name) -> const char* { return std::getenv(name); }};
  const Pidfile pidfile{settings.pidfile};
  Server server{settings.server};
  const auto skipped = serve_echo(server, configuration, take_systemd_sockets());
  become(settings.user, settings.group);

  Logging logging{settings.log};
  log_start(configuration, skipped);
  try {
    start_echo(server, configuration);
  } catch (const StartError& error) {
    log_event(LogLevel::error, "start failed", {{"problem", error.what()}});
    throw;
  }
  report.ready();

  Reloader reloader{invocation, std::move(configuration)};
  MainLoop{server, logging, reloader, notifier}.run();
  return close_logging(logging, 0);
}

int serve_detached(const Invocation& invocation, Configuration configuration) {
  Detached detached = detach();
  if (detached.status) return *detached.status;
  try {
    return serve(invocation, std::move(configuration), detached.report);
  } catch (const std::exception& error) {
    print_error(error.what());
    detached.report.failed(exit_failed);
    return exit_failed;
  }
}

/// What is wrong before there is a log, said in the log.
int log_and_fail(const std::vector<Problem>& problems) {
  Logging logging{LogSettings{}};
  for (const Problem& problem : problems) log_event(LogLevel::error, "start failed", {{"problem", problem.text}});
  return close_logging(logging, status_of(problems));
}

/// Nothing is printed here: the standard descriptors were the peer.
int serve_standard_input(UniqueFd socket, const Invocation& invocation) {
  Configuration configuration = load_configuration(invocation);
  if (!configuration.problems.empty()) return log_and_fail(configuration.problems);
  // One connection needs no main loop: a signal simply ends the process.
  if (kind_of_socket(socket.get()) != SocketKind::tcp_connection) daemon_signals().block();
  try {
    become(configuration.settings.user, configuration.settings.group);
    Logging logging{configuration.settings.log};
    const int status = serve_inetd(std::move(socket), invocation, std::move(configuration), logging);
    return close_logging(logging, status);
  } catch (const std::exception& error) {
    return log_and_fail({{Problem::Kind::failure, error.what()}});
  }
}

int run(const Invocation& invocation) {
  OptionSources sources{daemon_options()};
  Configuration configuration = load_configuration(invocation, sources);
  if (const auto status = answer(sources, configuration)) return *status;
  StartReport no_command_waits;
  switch (configuration.mode) {
    case RunMode::foreground:
      return serve(invocation, std::move(configuration), no_command_waits);
    case RunMode::daemon:
      return serve_detached(invocation, std::move(configuration));
    case RunMode::inetd:
      break;
  }
  print_error(
      "--inetd: standard input is no TCP or UDP socket; inetd and systemd (StandardInput=socket) start it with one");
  return exit_failed;
}

}  // namespace

int run_echopoold(const Invocation& invocation) {
  ::signal(SIGPIPE, SIG_IGN);
  open_standard_descriptors();
  try {
    // Before anything can be printed: from inetd, all three standard descriptors are the peer.
    const auto& arguments = invocation.arguments;
    if (std::find(arguments.begin(), arguments.end(), "--inetd") != arguments.end())
      if (UniqueFd socket = take_standard_input()) return serve_standard_input(std::move(socket), invocation);
    return run(invocation);
  } catch (const std::exception& error) {
    print_error(error.what());
    return exit_failed;
  }
}

}  // namespace echopool
