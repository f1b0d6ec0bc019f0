#include "udp/drop_log.hpp"

#include "limits/log_limiter.hpp"

#include <echopool/log.hpp>

namespace echopool {

void DropLog::expect(TimePoint now) noexcept {
  if (!due_) due_ = now + LogLimiter::interval;
}

void DropLog::report(const UdpStats& so_far) noexcept {
  due_.reset();
  for (std::size_t i = 0; i < drop_reasons; ++i) {
    const std::uint64_t count = so_far.dropped[i] - reported_[i];
    if (count == 0) continue;
    log_event(LogLevel::warning, "datagrams dropped",
              {{"reason", to_string(static_cast<DropReason>(i))}, {"count", count}});
    reported_[i] = so_far.dropped[i];
  }
}

}  // namespace echopool
