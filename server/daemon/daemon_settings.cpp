#include "daemon_settings.hpp"

#include "daemon_options.hpp"

#include <unistd.h>

#include <algorithm>
#include <cerrno>

namespace echopool {
namespace {

std::size_t index_of(std::string_view section, std::string_view key) { return daemon_options().find(section, key); }

RunMode mode_of(const OptionSources& sources, std::vector<Problem>& problems) {
  const bool daemon = sources.given("daemon").has_value();
  const bool inetd = sources.given("inetd").has_value();
  if (daemon && inetd)
    problems.push_back({Problem::Kind::usage, "--daemon and --inetd exclude each other: inetd waits for its servers"});
  return inetd ? RunMode::inetd : daemon ? RunMode::daemon : RunMode::foreground;
}

/// -c FILE must be there; the default file may be missing, but not be unreadable.
std::string file_to_read(const OptionSources& sources, const std::filesystem::path& folder) {
  if (const auto given = sources.given("config")) return (folder / *given).string();
  const std::string file{default_file};
  const bool missing = ::access(file.c_str(), F_OK) != 0 && (errno == ENOENT || errno == ENOTDIR);
  return missing ? "" : file;
}

/// A standard error that is not a terminal is not read unless it was asked for: under systemd syslog is
/// there too.
void choose_sinks(LogSettings& log, RunMode mode) {
  if (mode == RunMode::inetd) {
    // Standard error may be the peer.
    log.sinks = {LogSink::syslog};
    return;
  }
  if (!log.sinks.empty()) return;
  log.sinks = {LogSink::syslog};
  if (mode == RunMode::foreground && ::isatty(STDERR_FILENO) == 1) log.sinks.push_back(LogSink::standard_error);
  if (!log.file.empty()) log.sinks.push_back(LogSink::file);
}

/// The framework's own checks speak of members by the names of our options, so a sentence finds the one it is about.
void add_sentences(const std::vector<std::string>& sentences, Configuration& configuration) {
  const auto& options = daemon_options().options;
  for (const std::string& sentence : sentences) {
    std::string place;
    for (std::size_t i = 0; i < options.size(); ++i)
      if (sentence.starts_with(options[i].name() + " "))
        place = location_of(options[i], configuration.values[i]) + ": ";
    configuration.problems.push_back({Problem::Kind::configuration, place + sentence});
  }
}

void check(Configuration& configuration) {
  const DaemonSettings& settings = configuration.settings;
  add_sentences(settings.server.validate(), configuration);
  add_sentences(settings.log.validate(), configuration);
  if (settings.tcp_listen.empty() && settings.udp_listen.empty() && configuration.mode != RunMode::inetd)
    configuration.problems.push_back(
        {Problem::Kind::configuration, "tcp.listen and udp.listen are both empty; give one of them an address"});
}

}  // namespace

std::string Configuration::location_of(std::string_view section, std::string_view key) const {
  const std::size_t index = index_of(section, key);
  return echopool::location_of(daemon_options().options.at(index), values.at(index));
}

bool Configuration::is_default(std::string_view section, std::string_view key) const {
  return values.at(index_of(section, key)).origin == Origin::default_value;
}

Configuration load_configuration(const Invocation& invocation, OptionSources& sources) {
  Configuration configuration;
  sources.read_command_line(invocation.arguments);
  sources.read_environment(invocation.environment);
  configuration.file = file_to_read(sources, invocation.folder);
  if (!configuration.file.empty()) sources.read_file(configuration.file);

  configuration.values = sources.values();
  configuration.problems = sources.problems();
  configuration.mode = mode_of(sources, configuration.problems);
  apply_options(configuration.values, configuration.settings, configuration.problems);
  choose_sinks(configuration.settings.log, configuration.mode);
  // What could not be read has been reported; checking the rest against its defaults would only confuse.
  if (configuration.problems.empty()) check(configuration);
  return configuration;
}

Configuration load_configuration(const Invocation& invocation) {
  OptionSources sources{daemon_options()};
  return load_configuration(invocation, sources);
}

}  // namespace echopool
