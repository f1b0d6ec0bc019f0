// Everything echopoold is told, as plain values, and how it is found out. Internal. Values; any thread.
#pragma once

#include "options/option_sources.hpp"

#include <echopool/endpoint.hpp>
#include <echopool/log.hpp>
#include <echopool/settings.hpp>

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace echopool {

struct DaemonSettings {
  ServerSettings server;
  LogSettings log;
  std::vector<Endpoint> tcp_listen;
  std::vector<Endpoint> udp_listen;
  std::string user;     ///< empty: do not change
  std::string group;    ///< empty: the primary group of `user`
  std::string pidfile;  ///< empty: none
};

enum class RunMode { foreground, daemon, inetd };

/// How echopoold was called; what a reload reads again.
struct Invocation {
  std::vector<std::string> arguments;  ///< without the program's name
  const char* const* environment;      ///< environ(7)
  std::filesystem::path folder;        ///< what a relative -c FILE is relative to
};

struct Configuration {
  DaemonSettings settings;
  std::vector<OptionValue> values;  ///< the texts behind them, one for each option of daemon_options()
  std::string file;                 ///< the INI file that was read; empty: none
  RunMode mode = RunMode::foreground;
  std::vector<Problem> problems;  ///< everything that is wrong; `settings` are to be used only when there is nothing

  /// How a complaint about the value of `section.key` begins; see echopool::location_of().
  [[nodiscard]] std::string location_of(std::string_view section, std::string_view key) const;
  /// Whether no source says anything about `section.key`.
  [[nodiscard]] bool is_default(std::string_view section, std::string_view key) const;
};

/// The file that is read when -c names none, if it is there.
inline constexpr std::string_view default_file = "/etc/echopool/echopoold.ini";

/// Reads the command line, the environment and the INI file, and checks all of it. `sources` must be new; it keeps the
/// switches that were given.
[[nodiscard]] Configuration load_configuration(const Invocation& invocation, OptionSources& sources);
[[nodiscard]] Configuration load_configuration(const Invocation& invocation);

}  // namespace echopool
