#include "reload.hpp"

#include "daemon_options.hpp"

#include <exception>
#include <string>
#include <utility>

namespace echopool {
namespace {

void log_failures(const std::vector<Problem>& problems) {
  for (const Problem& problem : problems) log_event(LogLevel::error, "reload failed", {{"problem", problem.text}});
}

}  // namespace

Reloader::Reloader(Invocation invocation, Configuration running)
    : invocation_{std::move(invocation)}, running_{std::move(running)} {}

bool Reloader::reload(Server& server, Logging& logging) {
  Configuration next = load_configuration(invocation_);
  if (!next.problems.empty()) {
    log_failures(next.problems);
    return false;
  }
  try {
    // The sinks first: opening a file may fail, and then nothing else must have changed.
    logging.reconfigure(next.settings.log);
    server.reconfigure(next.settings.server);
  } catch (const std::exception& error) {
    log_failures({{Problem::Kind::configuration, error.what()}});
    return false;
  }

  std::string changed;
  const auto& options = daemon_options().options;
  for (std::size_t i = 0; i < options.size(); ++i) {
    if (next.values[i].text == running_.values[i].text) continue;
    if (options[i].applies == Applies::on_restart) {
      log_event(LogLevel::warning, "restart needed",
                {{"option", options[i].name()}, {"running", running_.values[i].text}, {"wanted", next.values[i].text}});
      // Said again at the next reload, as long as it is true.
      next.values[i].text = running_.values[i].text;
    } else {
      changed += (changed.empty() ? "" : ",") + options[i].name();
    }
  }
  log_event(LogLevel::notice, "reloaded", {{"file", next.file}, {"changed", changed}});
  running_ = std::move(next);
  return true;
}

}  // namespace echopool
