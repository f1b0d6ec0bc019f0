// A real syslog daemon, rsyslogd, that writes what it receives into a file in a form that can be checked. For tests
// only; belongs to one thread.
#pragma once

#include "program.hpp"
#include "temporary_directory.hpp"

#include <echopool/endpoint.hpp>

#include <memory>
#include <string>

namespace echopool::test {

/// Whether rsyslogd is installed.
[[nodiscard]] bool have_rsyslog();

class Rsyslog {
 public:
  /// It listens for UDP at `udp`. Returns when it does.
  explicit Rsyslog(const Endpoint& udp);
  /// It listens at the path of the local syslog socket, /dev/log as a rule.
  explicit Rsyslog(const std::string& path);

  /// What was received: a line each, `FACILITY SEVERITY PROGRAM[PID]:MESSAGE`.
  [[nodiscard]] std::string received() const;
  /// Waits until something received contains `text`.
  [[nodiscard]] bool receives(const std::string& text) const;

 private:
  void start(const std::string& input);

  TemporaryDirectory folder_;
  std::unique_ptr<Program> program_;
};

}  // namespace echopool::test
