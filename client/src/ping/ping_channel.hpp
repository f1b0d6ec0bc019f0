// How probes travel: one implementation for UDP, one for TCP, one that only connects. Internal. Everything belongs to
// the thread that pings.
#pragma once

#include "measure/clock.hpp"
#include "verify/probe_ledger.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>

namespace echopool::client {

enum class PingHappening {
  answer,
  duplicate,
  corrupt,       ///< a byte differs, at `offset`
  truncated,     ///< it ends at `offset`
  stray,         ///< a datagram that is no probe of ours
  refused,       ///< `error`
  send_failed,   ///< `error`
  overdue,       ///< no answer within the limit
  outstanding,   ///< no answer yet, and the next one is about to be sent (-O)
  disconnected,  ///< TCP: the connection is gone, with `error` (0: the server closed it)
  connected,     ///< TCP: and there is another one
};

struct PingEvent {
  PingHappening what = PingHappening::answer;
  std::uint64_t sequence = 0;
  std::size_t bytes = 0;
  Nanoseconds round_trip{0};
  std::optional<Nanoseconds> kernel_round_trip{};
  bool late = false;
  std::uint64_t overtaken_by = 0;
  std::size_t offset = 0;
  int error = 0;
};

using PingListener = std::function<void(const PingEvent&)>;

class PingChannel {
 public:
  virtual ~PingChannel() = default;

  /// Sends the next probe, or fails and tells so.
  virtual void send() = 0;
  /// Takes every answer there is, without waiting, and tells of them and of what is overdue.
  virtual void receive() = 0;
  /// To wait for; -1 when there is nothing to wait for.
  [[nodiscard]] virtual int fd() const = 0;
  [[nodiscard]] virtual short events() const = 0;

  [[nodiscard]] virtual std::uint64_t in_flight() const = 0;
  [[nodiscard]] virtual std::optional<Nanoseconds> next_deadline() const = 0;
  [[nodiscard]] virtual ProbeTotals totals(Nanoseconds now) const = 0;
  /// Datagrams that this host had no room for.
  [[nodiscard]] virtual std::uint64_t queue_drops() const { return 0; }
};

}  // namespace echopool::client
