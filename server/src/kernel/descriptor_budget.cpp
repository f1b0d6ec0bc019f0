#include "kernel/descriptor_budget.hpp"

#include "descriptor_limit.hpp"

#include <echopool/log.hpp>

#include <dirent.h>

#include <memory>

namespace echopool {
namespace {

/// For what is opened later: syslog, a reload's files, a name look-up.
constexpr std::size_t margin = 32;

std::size_t open_descriptors() noexcept {
  struct Close {
    void operator()(DIR* directory) const noexcept { ::closedir(directory); }
  };
  const std::unique_ptr<DIR, Close> directory{::opendir("/proc/self/fd")};
  std::size_t count = 0;
  if (directory)
    while (::readdir(directory.get()) != nullptr) ++count;
  return count;
}

}  // namespace

std::size_t provide_descriptors(std::size_t connections) noexcept {
  const std::size_t others = open_descriptors() + margin;
  const std::size_t needed = others + connections;
  const std::size_t limit = raise_descriptor_limit(needed);
  if (limit >= needed) return connections;
  const std::size_t fit = limit > others ? limit - others : 0;
  log_event(LogLevel::warning, "descriptors short",
            {{"limit", limit},
             {"needed", needed},
             {"connections", connections},
             {"fit", fit},
             {"remedy", "raise the hard limit (ulimit -Hn, systemd LimitNOFILE) or lower limits.connections"}});
  return fit;
}

}  // namespace echopool
