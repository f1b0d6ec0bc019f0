// Tells the service manager how we are doing: sd_notify(3) without libsystemd. Internal. Belongs to the main thread.
#pragma once

#include "unique_fd.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace echopool {

/// Silent when it was not asked for (NOTIFY_SOCKET is not set), and when the manager is gone: the service does not
/// depend on it.
class Notifier {
 public:
  using Lookup = const char* (*)(const char*);

  /// Reads NOTIFY_SOCKET, WATCHDOG_USEC and WATCHDOG_PID with `variable`, getenv(3) as a rule.
  explicit Notifier(Lookup variable);

  void ready(std::string_view status) const;
  /// With the time on CLOCK_MONOTONIC, as Type=notify-reload wants it; ready() ends it.
  void reloading() const;
  void stopping(std::string_view status) const;
  void alive() const;

  /// How often alive() is to be called: half of what the manager tolerates. nullopt: it does not watch us.
  [[nodiscard]] std::optional<std::chrono::milliseconds> alive_interval() const noexcept { return interval_; }

 private:
  void send(const std::string& message) const;

  UniqueFd socket_;
  std::optional<std::chrono::milliseconds> interval_;
};

}  // namespace echopool
