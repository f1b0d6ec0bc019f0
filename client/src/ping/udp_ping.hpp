// Probes as datagrams. Internal. Belongs to the thread that pings.
#pragma once

#include "measure/kernel_times.hpp"
#include "ping/ping_channel.hpp"

#include <vector>

namespace echopool::client {

class UdpPing : public PingChannel {
 public:
  /// `socket` is connected and outlives this object. `length` of each probe is at least probe_header.
  UdpPing(int socket, std::size_t length, Nanoseconds limit, bool kernel_times, PingListener listener);

  void send() override;
  void receive() override;
  int fd() const override { return socket_; }
  short events() const override;
  std::uint64_t in_flight() const override { return ledger_.in_flight(); }
  std::optional<Nanoseconds> next_deadline() const override { return ledger_.next_deadline(); }
  ProbeTotals totals(Nanoseconds now) const override { return ledger_.totals(now); }
  std::uint64_t queue_drops() const override { return client::queue_drops(socket_); }

 private:
  void refuse(int error);
  void take(const Reception& reception, Nanoseconds now);

  const int socket_;
  const PingListener listener_;
  ProbeLedger ledger_;
  std::optional<KernelTimes> kernel_;
  std::vector<std::byte> out_;
  std::vector<std::byte> in_;
};

}  // namespace echopool::client
