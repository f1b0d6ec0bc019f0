// Probes as messages in a TCP stream: an answer is complete when as many bytes have come back. Internal. Belongs to the
// thread that pings.
//
// TCP loses, repeats and reorders nothing, so a probe is answered, corrupt, late, or lost with its connection; the next
// probe then opens a new one.
#pragma once

#include "measure/kernel_times.hpp"
#include "net/dialer.hpp"
#include "ping/ping_channel.hpp"

#include <deque>
#include <vector>

namespace echopool::client {

class TcpPing : public PingChannel {
 public:
  TcpPing(Connection connection, const DialSettings& redial, std::size_t length, Nanoseconds limit, bool kernel_times,
          PingListener listener);

  void send() override;
  void receive() override;
  int fd() const override { return connection_.socket.get(); }
  short events() const override;
  std::uint64_t in_flight() const override { return waiting_.size() - overdue_; }
  std::optional<Nanoseconds> next_deadline() const override;
  ProbeTotals totals(Nanoseconds now) const override;

 private:
  struct Waiting {
    std::uint64_t sequence;
    Nanoseconds sent;
    std::uint64_t end;  // offset in the stream after its last byte
    std::optional<std::size_t> damage;
  };

  [[nodiscard]] bool reconnect(std::uint64_t sequence);
  void flush();
  void take(std::span<const std::byte> bytes, const Reception& reception, Nanoseconds now);
  void answer(const Waiting& probe, const Reception& reception, Nanoseconds now);
  void disconnect(int error);

  const DialSettings redial_;
  const std::size_t length_;
  const Nanoseconds limit_;
  const bool kernel_times_;
  const PingListener listener_;
  const std::uint64_t key_;  // of the pattern; every connection begins it anew

  Connection connection_;
  std::optional<KernelTimes> kernel_;
  std::deque<Waiting> waiting_;
  std::size_t overdue_ = 0;     // of waiting_, those at the front that have been told
  std::vector<std::byte> out_;  // what the socket did not take yet
  std::vector<std::byte> in_;
  std::uint64_t next_ = 0;      // sequence
  std::uint64_t sent_ = 0;      // bytes given to this connection or to out_
  std::uint64_t received_ = 0;  // bytes of this connection
  ProbeTotals decided_;
};

}  // namespace echopool::client
