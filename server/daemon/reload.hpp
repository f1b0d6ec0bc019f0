// SIGHUP: everything is read and checked anew; what is right takes effect for what comes after it, what is wrong
// changes nothing. Internal. Belongs to the main thread.
#pragma once

#include "daemon_settings.hpp"

#include <echopool/log.hpp>
#include <echopool/server.hpp>

namespace echopool {

class Reloader {
 public:
  /// `invocation` and `running`, the configuration in use, are kept up to date by reload().
  Reloader(Invocation invocation, Configuration running);

  /// Logs what came of it: `reloaded`, `restart needed` for each changed option that cannot be applied, or `reload
  /// failed` for each thing that is wrong: then returns false.
  bool reload(Server& server, Logging& logging);

  [[nodiscard]] const DaemonSettings& settings() const noexcept { return running_.settings; }

 private:
  Invocation invocation_;
  Configuration running_;
};

}  // namespace echopool
