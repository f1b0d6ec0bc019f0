// A file with our process id that is locked as long as we live, so that a second instance sees it. Internal. Belongs to
// the main thread; created by the process that serves, after the last fork.
#pragma once

#include "unique_fd.hpp"

#include <string>

namespace echopool {

class Pidfile {
 public:
  /// Creates, locks (flock(2)) and writes the file; an empty path is no file. Throws StartError: locked by a running
  /// instance, which it names, or not writable. What a killed instance left behind is taken over.
  explicit Pidfile(const std::string& path);
  /// Removes the file if this process may; left behind, it is not locked and does no harm.
  ~Pidfile();
  Pidfile(const Pidfile&) = delete;
  Pidfile& operator=(const Pidfile&) = delete;

 private:
  std::string path_;
  UniqueFd fd_;
};

}  // namespace echopool
