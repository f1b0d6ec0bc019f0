#include "main_loop.hpp"

#include "thread.hpp"

#include <pthread.h>
#include <string.h>

#include <algorithm>
#include <atomic>
#include <set>
#include <string>

namespace echopool {
namespace {

using std::chrono::milliseconds;

/// The least time between two reloads, however many signals there are: the file is read, not the processor burnt.
constexpr milliseconds reload_pause{100};
constexpr ByteSize stopper_stack = 256_KiB;

bool ends(int signal) { return signal == SIGTERM || signal == SIGINT; }

void log_termination(int signal) {
  const char* const name = ::sigabbrev_np(signal);
  log_event(LogLevel::notice, "terminating", {{"signal", "SIG" + std::string{name == nullptr ? "?" : name}}});
}

/// For `systemctl status`: each address once, though TCP and UDP may share it.
std::string listening_on(const Server& server) {
  std::string text = "listening on";
  std::set<Endpoint> seen;
  for (const Endpoint& endpoint : server.endpoints())
    if (seen.insert(endpoint).second) text += (seen.size() == 1 ? " " : ", ") + endpoint.to_string();
  return text;
}

}  // namespace

SignalSet daemon_signals() { return SignalSet{SIGTERM, SIGINT, SIGHUP, SIGUSR1}; }

MainLoop::MainLoop(Server& server, Logging& logging, Reloader& reloader, const Notifier& notifier)
    : server_{server},
      logging_{logging},
      reloader_{reloader},
      notifier_{notifier},
      signals_{daemon_signals()},
      serving_{listening_on(server)} {}

void MainLoop::stop_when(std::function<bool()> over, milliseconds interval) {
  over_ = std::move(over);
  over_interval_ = interval;
}

void MainLoop::run() {
  notifier_.ready(serving_);
  for (;;) {
    const auto signal = signals_.wait(time_to_next_duty());
    if (signal && ends(*signal)) {
      log_termination(*signal);
      break;
    }
    if (signal == SIGHUP && !reload_at_) reload_at_ = std::max(may_reload_, Clock::now());
    do_duties();
    if (over_ && over_()) break;
  }
  wait_until_stopped();
}

std::optional<milliseconds> MainLoop::time_to_next_duty() const {
  std::optional<milliseconds> next = notifier_.alive_interval();
  const auto sooner = [&next](milliseconds limit) { next = next ? std::min(*next, limit) : limit; };
  if (over_interval_) sooner(*over_interval_);
  if (reload_at_) sooner(std::chrono::ceil<milliseconds>(std::max(Clock::duration{}, *reload_at_ - Clock::now())));
  return next;
}

void MainLoop::do_duties() {
  // Proves that the server's counters can still be read, which is as much as can be asked of it from outside.
  if (notifier_.alive_interval()) {
    static_cast<void>(server_.stats());
    notifier_.alive();
  }
  if (!reload_at_ || Clock::now() < *reload_at_) return;
  reload_at_.reset();
  notifier_.reloading();
  const bool reloaded = reloader_.reload(server_, logging_);
  notifier_.ready(reloaded ? serving_
                           : serving_ + "; the new configuration is wrong (see the log), the old one is in use");
  may_reload_ = Clock::now() + reload_pause;
}

/// Another thread stops the server, so that this one can hear the second signal.
void MainLoop::wait_until_stopped() {
  notifier_.stopping("waiting for what is running to finish");
  std::atomic<bool> stopped{false};
  StopReport report;
  const auto main_thread = ::pthread_self();
  const milliseconds grace = reloader_.settings().server.timeouts.drain;
  const auto stop = [&, main_thread, grace] {
    report = server_.stop(grace);
    stopped.store(true, std::memory_order_release);
    ::pthread_kill(main_thread, SIGUSR1);
  };
  Thread stopper;
  try {
    stopper = Thread{"stopper", stopper_stack, stop};
  } catch (const StartError&) {
    stop();  // no thread is left for it: a second signal is then not heard
  }
  while (!stopped.load(std::memory_order_acquire)) {
    const auto signal = signals_.wait(notifier_.alive_interval());
    if (notifier_.alive_interval()) notifier_.alive();
    if (!signal || !ends(*signal)) continue;
    log_termination(*signal);
    server_.stop(milliseconds{0});
  }
  stopper.join();
  log_event(report.aborted == 0 ? LogLevel::notice : LogLevel::warning, "stopped",
            {{"drained", report.drained}, {"aborted", report.aborted}});
}

}  // namespace echopool
