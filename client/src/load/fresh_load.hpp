// A place for connections that come and go: each request connects, is echoed, and closes; or only connects. Internal.
// Belongs to its worker's thread.
//
// The client closes first, once the answer is complete, so its side keeps the TIME_WAIT: a port for about a minute.
#pragma once

#include "load/load_channel.hpp"
#include "net/epoll_socket.hpp"

#include <deque>

namespace echopool::client {

class FreshLoad : public LoadChannel {
 public:
  FreshLoad(LoadContext& context, std::size_t number);

  void prepare(Connection) override {}
  bool prepared() const override { return true; }
  void begin() override;
  void request(Nanoseconds due) override;
  void ready(std::uint32_t events) override;
  void tick(Nanoseconds now) override;
  std::uint64_t outstanding() const override { return backlog_.size() + (state_ == State::idle ? 0 : 1); }
  std::optional<Nanoseconds> oldest() const override;
  void finish() override;

 private:
  enum class State { idle, connecting, talking };

  void next();
  void connect(Nanoseconds due);
  void connected();
  void send_more();
  void receive();
  void done(bool good);
  void fail(std::map<int, std::uint64_t> LoadCounts::*errors, int error);
  void close();

  LoadContext& context_;
  const std::uint64_t number_;
  EpollSocket socket_;
  State state_ = State::idle;
  bool begun_ = false;
  std::deque<Nanoseconds> backlog_;  // due, and the place was taken
  std::uint64_t connections_ = 0;
  std::uint64_t key_ = 0;  // of the connection's payload
  Nanoseconds due_{0};     // of the request under way
  Nanoseconds started_{0};
  Nanoseconds rest_until_{0};
  std::uint64_t sent_ = 0;
  std::uint64_t received_ = 0;
  bool damaged_ = false;
};

}  // namespace echopool::client
