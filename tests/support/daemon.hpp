// A running echopoold on free ports of 127.0.0.1, whose log is its standard error. For tests only; belongs to one
// thread.
#pragma once

#include "program.hpp"

#include <echopool/endpoint.hpp>
#include <echopool/settings.hpp>

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

namespace echopool::test {

/// `--pool.idle=park` or `=hold`: every test of the service runs under both.
[[nodiscard]] std::string discipline_flag(IdleConnections idle);

/// Runs echopoold with these arguments to its end.
[[nodiscard]] ProgramResult run_daemon(const std::vector<std::string>& arguments, const ProgramSettings& settings = {});

class Daemon {
 public:
  /// Returns when it listens; throws with what it printed when it does not. `arguments` must not name listeners and
  /// sinks: they are added, and a flag is given once.
  explicit Daemon(const std::vector<std::string>& arguments = {}, const ProgramSettings& settings = {});

  /// The first TCP and UDP address it listens on.
  [[nodiscard]] Endpoint tcp() const { return tcp_; }
  [[nodiscard]] Endpoint udp() const { return udp_; }
  [[nodiscard]] Program& program() noexcept { return program_; }
  /// Waits until the log contains `text`.
  [[nodiscard]] bool logs(std::string_view text) { return program_.prints(text); }
  [[nodiscard]] const std::string& log() const noexcept { return program_.so_far().err; }
  /// SIGTERM, and what came of it.
  ProgramResult stop();

 private:
  Program program_;
  Endpoint tcp_;
  Endpoint udp_;
};

/// The address of the first `listening transport=TRANSPORT address=…` line; throws when there is none.
[[nodiscard]] Endpoint listening_address(const std::string& log, std::string_view transport);

/// Whether what is sent comes back, over a connection of its own, or as a datagram.
[[nodiscard]] bool echoes_tcp(const Endpoint& server, std::string_view text = "hello");
[[nodiscard]] bool echoes_udp(const Endpoint& server, std::string_view text = "hello");

}  // namespace echopool::test
