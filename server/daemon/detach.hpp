// Becoming a daemon, while the command that started it waits for the outcome. Internal. Belongs to the main thread;
// call detach() before there is any other, and before anything is logged.
#pragma once

#include "unique_fd.hpp"

#include <optional>

namespace echopool {

/// The daemon's line to the command that waits for it.
class StartReport {
 public:
  StartReport() = default;
  explicit StartReport(UniqueFd pipe) : pipe_{std::move(pipe)} {}

  /// The daemon serves: the command ends with status 0. Standard input, output and error become /dev/null; until now
  /// errors could be read at the terminal. Nothing happens when there was no detach().
  void ready();
  /// It does not; the command ends with `status`.
  void failed(int status);

 private:
  void send(int status);

  UniqueFd pipe_;
};

struct Detached {
  std::optional<int> status;  ///< in the waiting command: what to exit with
  StartReport report;         ///< in the daemon
};

/// Forks twice (setsid(2) between), so that the daemon has neither a terminal nor the right to get one, and changes to
/// the root folder. Throws StartError when there can be no process.
[[nodiscard]] Detached detach();

}  // namespace echopool
