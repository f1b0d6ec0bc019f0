// Requests in one long TCP connection. Internal. Belongs to its worker's thread.
//
// Request k is bytes k·size … (k+1)·size - 1 of the stream, and every byte is a function of its offset, so an answer is
// recognised and verified however it is cut. A broken connection costs its requests and is opened again.
#pragma once

#include "load/load_channel.hpp"
#include "net/epoll_socket.hpp"

#include <boost/circular_buffer.hpp>

namespace echopool::client {

class StreamLoad : public LoadChannel {
 public:
  StreamLoad(LoadContext& context, std::size_t number);

  void prepare(Connection first) override;
  bool prepared() const override { return state_ == State::open || failed_; }
  void begin() override;
  void request(Nanoseconds due) override;
  void ready(std::uint32_t events) override;
  void tick(Nanoseconds now) override;
  std::uint64_t outstanding() const override { return requests_.size(); }
  std::optional<Nanoseconds> oldest() const override;
  void finish() override;

 private:
  enum class State { closed, connecting, open };
  struct Request {
    Nanoseconds due;
    Nanoseconds sent;  // 0: not yet
    bool damaged;
  };

  void connect();
  void connected();
  void opened(Nanoseconds took);
  void connect_failed(int error);
  void broken(int error);
  void refill(Nanoseconds now);
  void add(Nanoseconds due);
  void send_more();
  void mark_sent(std::uint64_t end, Nanoseconds now);
  void receive();
  void take(std::span<const std::byte> bytes, Nanoseconds now);

  LoadContext& context_;
  const std::uint64_t key_;
  EpollSocket socket_;
  State state_ = State::closed;
  bool failed_ = false;  // the last attempt to connect
  bool begun_ = false;
  Nanoseconds connecting_since_{0};
  Nanoseconds retry_at_{0};
  boost::circular_buffer<Request> requests_;  // waiting for their answers, and then those waiting to be sent
  std::size_t marked_ = 0;                    // of requests_, those that have begun to be sent
  std::uint64_t base_ = 0;                    // offset in the stream of requests_.front()
  std::uint64_t sent_ = 0;                    // offsets of the next bytes
  std::uint64_t received_ = 0;
};

}  // namespace echopool::client
