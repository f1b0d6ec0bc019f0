// What the main thread does while the server runs: it waits for signals. Internal. Belongs to the main thread.
#pragma once

#include "notify.hpp"
#include "reload.hpp"
#include "signals.hpp"

#include <echopool/log.hpp>
#include <echopool/server.hpp>

#include <chrono>
#include <functional>
#include <optional>
#include <string>

namespace echopool {

/// Those the loop waits for; they must be blocked before there is a second thread.
[[nodiscard]] SignalSet daemon_signals();

/// SIGTERM and SIGINT drain the server, a second one ends it at once; SIGHUP reloads; SIGUSR1 only wakes the loop.
class MainLoop {
 public:
  /// All of them must outlive the loop.
  MainLoop(Server& server, Logging& logging, Reloader& reloader, const Notifier& notifier);

  /// Also stops, in the same way, as soon as `over` says so; it is asked every `interval`.
  void stop_when(std::function<bool()> over, std::chrono::milliseconds interval);

  /// Reports readiness; returns when the server, which must have been started, has stopped.
  void run();

 private:
  using Clock = std::chrono::steady_clock;

  [[nodiscard]] std::optional<std::chrono::milliseconds> time_to_next_duty() const;
  void do_duties();
  void wait_until_stopped();

  Server& server_;
  Logging& logging_;
  Reloader& reloader_;
  const Notifier& notifier_;
  SignalSet signals_;
  std::string serving_;
  std::function<bool()> over_;
  std::optional<std::chrono::milliseconds> over_interval_;
  std::optional<Clock::time_point> reload_at_;
  Clock::time_point may_reload_{};
};

}  // namespace echopool
