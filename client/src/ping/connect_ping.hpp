// Probes that are connections: how long connect(2) takes, then the connection is closed. Works with any TCP service.
// Internal. Belongs to the thread that pings; send() waits for the outcome, at most as long as the limit.
#pragma once

#include "net/dialer.hpp"
#include "ping/ping_channel.hpp"

namespace echopool::client {

class ConnectPing : public PingChannel {
 public:
  ConnectPing(const Endpoint& peer, const DialSettings& dialing, Nanoseconds limit, PingListener listener);

  void send() override;
  void receive() override {}
  int fd() const override { return -1; }
  short events() const override { return 0; }
  std::uint64_t in_flight() const override { return 0; }
  std::optional<Nanoseconds> next_deadline() const override { return std::nullopt; }
  ProbeTotals totals(Nanoseconds) const override { return totals_; }

 private:
  const Endpoint peer_;
  DialSettings dialing_;
  const PingListener listener_;
  std::uint64_t next_ = 0;
  ProbeTotals totals_;
};

}  // namespace echopool::client
