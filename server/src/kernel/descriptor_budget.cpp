#include "kernel/descriptor_budget.hpp"

#include <echopool/log.hpp>

#include <dirent.h>
#include <sys/resource.h>

#include <algorithm>
#include <memory>

namespace echopool {
namespace {

/// For what is opened later: syslog, a reload's files, a name look-up.
constexpr rlim_t margin = 32;

rlim_t open_descriptors() noexcept {
  struct Close {
    void operator()(DIR* directory) const noexcept { ::closedir(directory); }
  };
  const std::unique_ptr<DIR, Close> directory{::opendir("/proc/self/fd")};
  rlim_t count = 0;
  if (directory)
    while (::readdir(directory.get()) != nullptr) ++count;
  return count;
}

}  // namespace

std::size_t provide_descriptors(std::size_t connections) noexcept {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return connections;
  const rlim_t others = open_descriptors() + margin;
  const rlim_t needed = others + connections;
  if (limit.rlim_cur < needed) {
    limit.rlim_cur = std::min(needed, limit.rlim_max);
    if (::setrlimit(RLIMIT_NOFILE, &limit) != 0) ::getrlimit(RLIMIT_NOFILE, &limit);
  }
  if (limit.rlim_cur >= needed) return connections;
  const std::size_t fit = limit.rlim_cur > others ? limit.rlim_cur - others : 0;
  log_event(LogLevel::warning, "descriptors short",
            {{"limit", limit.rlim_cur},
             {"needed", needed},
             {"connections", connections},
             {"fit", fit},
             {"remedy", "raise the hard limit (ulimit -Hn, systemd LimitNOFILE) or lower limits.connections"}});
  return fit;
}

}  // namespace echopool
