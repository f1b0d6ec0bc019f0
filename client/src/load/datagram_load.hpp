// Requests as datagrams from one UDP socket. Internal. Belongs to its worker's thread.
//
// Each is a probe with an identity, so that a duplicate is no answer and a late one is told from a lost one. In a
// closed loop a place becomes free when its datagram is answered or its time is over.
#pragma once

#include "load/load_channel.hpp"
#include "net/epoll_socket.hpp"
#include "verify/probe_ledger.hpp"

#include <deque>

namespace echopool::client {

class DatagramLoad : public LoadChannel {
 public:
  DatagramLoad(LoadContext& context, std::size_t number);

  void prepare(Connection first) override;
  bool prepared() const override { return true; }
  void begin() override;
  void request(Nanoseconds due) override;
  void ready(std::uint32_t events) override;
  void tick(Nanoseconds now) override;
  std::uint64_t outstanding() const override { return ledger_.in_flight() + backlog_.size(); }
  std::optional<Nanoseconds> oldest() const override;
  void finish() override;

 private:
  void refill();
  /// False when the socket takes no more now.
  [[nodiscard]] bool send(Nanoseconds due);
  void send_backlog();
  void receive();
  void take(std::size_t size, Nanoseconds now);
  void count_overdue(Nanoseconds now);

  LoadContext& context_;
  EpollSocket socket_;
  ProbeLedger ledger_;
  std::deque<Nanoseconds> backlog_;  // due, and the socket had no room
  bool begun_ = false;
};

}  // namespace echopool::client
