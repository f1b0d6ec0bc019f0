#include "dispatch/busy_warning.hpp"

#include <echopool/log.hpp>

#include <algorithm>
#include <string_view>

namespace echopool {

void BusyWarning::tell(TimePoint now, std::size_t ready, TimePoint::duration oldest) {
  if (limiter_.note(now) == 0) return;
  const std::size_t reading = totals_.reading.load(std::memory_order_relaxed);
  const std::size_t writing = totals_.writing.load(std::memory_order_relaxed);
  const std::size_t handling = workers_ - std::min(workers_, reading + writing);
  std::string_view doing = "handler";
  if (reading > handling && reading >= writing)
    doing = "read";
  else if (writing > handling)
    doing = "write";
  log_event(LogLevel::warning, "workers busy",
            {{"count", workers_}, {"ready", ready}, {"oldest_ms", oldest}, {"doing", doing}});
}

}  // namespace echopool
