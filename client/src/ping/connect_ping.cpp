#include "ping/connect_ping.hpp"

#include <cerrno>

namespace echopool::client {

ConnectPing::ConnectPing(const Endpoint& peer, const DialSettings& dialing, Nanoseconds limit, PingListener listener)
    : peer_{peer}, dialing_{dialing}, listener_{std::move(listener)} {
  dialing_.limit = std::chrono::ceil<std::chrono::milliseconds>(limit);
}

void ConnectPing::send() {
  const std::uint64_t sequence = next_++;
  Connection connection;
  const Nanoseconds start = monotonic_now();
  const int error = try_connect(peer_, Transport::tcp, dialing_, connection);
  PingEvent event{.sequence = sequence, .round_trip = monotonic_now() - start, .error = error};
  switch (error) {
    case 0:
      ++totals_.on_time;
      break;
    case ECANCELED:
      ++totals_.pending;
      return;
    case ETIMEDOUT:
      ++totals_.lost;
      event.what = PingHappening::overdue;
      break;
    case ECONNREFUSED:
      ++totals_.refused;
      event.what = PingHappening::refused;
      break;
    default:
      ++totals_.send_failed;
      event.what = PingHappening::send_failed;
  }
  listener_(event);
}

}  // namespace echopool::client
