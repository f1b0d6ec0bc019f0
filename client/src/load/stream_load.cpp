#include "load/stream_load.hpp"

#include "verify/pattern.hpp"

#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>

namespace echopool::client {
namespace {

constexpr std::chrono::milliseconds retry_pause{100};

void set_nodelay(int fd) noexcept {
  const int on = 1;
  ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

}  // namespace

StreamLoad::StreamLoad(LoadContext& context, std::size_t number)
    : context_{context},
      key_{pattern_word(context.run_key, number)},
      socket_{context.epoll, this},
      requests_(std::max<std::size_t>(context.settings.pipeline, 16)) {}

void StreamLoad::prepare(Connection first) {
  if (!first.socket) return connect();
  ::fcntl(first.socket.get(), F_SETFL, ::fcntl(first.socket.get(), F_GETFL) | O_NONBLOCK);
  socket_.open(std::move(first.socket), EPOLLIN);
  opened(first.took);
}

std::optional<Nanoseconds> StreamLoad::oldest() const {
  return requests_.empty() ? std::nullopt : std::optional{requests_.front().due};
}

void StreamLoad::connect() {
  UniqueFd socket;
  connecting_since_ = monotonic_now();
  const int error = begin_connect(context_.settings.peer, Transport::tcp, context_.settings.dialing, socket);
  if (error != 0 && error != EINPROGRESS) return connect_failed(error);
  state_ = State::connecting;
  socket_.open(std::move(socket), EPOLLOUT);
}

void StreamLoad::connect_failed(int error) {
  ++context_.counts.connect_errors[error];
  socket_.close();
  state_ = State::closed;
  failed_ = true;
  retry_at_ = monotonic_now() + retry_pause;
}

void StreamLoad::connected() {
  if (const int error = finish_connect(socket_.fd()); error != 0) return connect_failed(error);
  opened(monotonic_now() - connecting_since_);
}

void StreamLoad::opened(Nanoseconds took) {
  context_.counts.connect.record(took);
  ++context_.counts.connections_opened;
  if (!context_.settings.nagle) set_nodelay(socket_.fd());
  socket_.want(EPOLLIN);
  state_ = State::open;
  failed_ = false;
  base_ = sent_ = received_ = 0;
  if (begun_ && !context_.settings.is_open_loop()) refill(monotonic_now());
  send_more();
}

void StreamLoad::begin() {
  begun_ = true;
  if (state_ != State::open || context_.settings.is_open_loop()) return;
  refill(monotonic_now());
  send_more();
}

void StreamLoad::refill(Nanoseconds now) {
  while (requests_.size() < context_.settings.pipeline && context_.may_send(now)) add(now);
}

void StreamLoad::add(Nanoseconds due) {
  if (requests_.full()) requests_.set_capacity(requests_.capacity() * 2);
  requests_.push_back({due, Nanoseconds{0}, false});
}

void StreamLoad::request(Nanoseconds due) {
  add(due);
  if (state_ == State::open) send_more();
}

void StreamLoad::ready(std::uint32_t events) {
  if (state_ == State::connecting) return connected();
  if (state_ == State::open && (events & (EPOLLIN | EPOLLHUP | EPOLLERR)) != 0) receive();
  if (state_ == State::open && (events & EPOLLOUT) != 0) send_more();
}

void StreamLoad::mark_sent(std::uint64_t end, Nanoseconds now) {
  for (; marked_ < requests_.size() && base_ + marked_ * context_.settings.size < end; ++marked_) {
    requests_[marked_].sent = now;
    context_.count_sent(requests_[marked_].due, now);
  }
}

void StreamLoad::send_more() {
  const std::uint64_t end = base_ + requests_.size() * context_.settings.size;
  while (sent_ < end) {
    const auto block = std::span{context_.out}.first(std::min<std::size_t>(end - sent_, context_.out.size()));
    fill_pattern(block, key_, sent_);
    const Nanoseconds now = monotonic_now();
    const ssize_t put = ::send(socket_.fd(), block.data(), block.size(), MSG_NOSIGNAL);
    if (put < 0 && errno == EINTR) continue;
    if (put < 0 && errno == EAGAIN) return socket_.want(EPOLLIN | EPOLLOUT);
    if (put < 0) return broken(errno);
    sent_ += static_cast<std::uint64_t>(put);
    context_.counts.bytes_sent += static_cast<std::uint64_t>(put);
    mark_sent(sent_, now);
  }
  socket_.want(EPOLLIN);
}

void StreamLoad::receive() {
  Nanoseconds now{0};
  for (bool more = true; more;) {
    const ssize_t got = ::recv(socket_.fd(), context_.in.data(), context_.in.size(), 0);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0 && errno == EAGAIN) break;  // also after a read that was as large as the buffer: refill then
    if (got <= 0) return broken(got == 0 ? 0 : errno);
    const auto size = static_cast<std::size_t>(got);
    if (received_ + size > sent_) return broken(EPROTO);  // more than was sent: this is no echo
    now = monotonic_now();
    take(std::span{context_.in}.first(size), now);
    more = size == context_.in.size();
  }
  if (now.count() == 0) return;  // nothing came
  if (!context_.settings.is_open_loop()) refill(now);
  send_more();
}

void StreamLoad::take(std::span<const std::byte> bytes, Nanoseconds now) {
  const std::size_t size = context_.settings.size;
  while (!bytes.empty()) {
    const std::uint64_t end = base_ + size;
    const auto part = bytes.first(std::min<std::size_t>(bytes.size(), end - received_));
    Request& request = requests_.front();
    if (find_difference(part, key_, received_))
      request.damaged = true;
    else
      context_.counts.bytes_verified += part.size();
    received_ += part.size();
    bytes = bytes.subspan(part.size());
    if (received_ < end) return;
    if (request.damaged)
      context_.count_failure({request.due, request.sent}, &LoadCounts::corrupt);
    else
      context_.count_answer(request.due, request.sent, now);
    requests_.pop_front();
    --marked_;
    base_ = end;
  }
}

void StreamLoad::broken(int error) {
  ++context_.counts.broken[error];
  if (marked_ == 0) ++context_.counts.broken_idle;
  const std::uint64_t lost_before = context_.counts.lost;
  for (std::size_t i = 0; i < marked_; ++i)
    context_.count_failure({requests_[i].due, requests_[i].sent}, &LoadCounts::lost);
  context_.counts.lost_by_break += context_.counts.lost - lost_before;
  requests_.erase_begin(marked_);
  marked_ = 0;
  socket_.close();
  state_ = State::closed;
  retry_at_ = monotonic_now() + retry_pause;
}

void StreamLoad::tick(Nanoseconds now) {
  if (state_ == State::connecting && context_.settings.dialing.limit &&
      now - connecting_since_ > *context_.settings.dialing.limit)
    connect_failed(ETIMEDOUT);
  if (state_ == State::closed && now >= retry_at_ && !context_.budget.spent()) connect();
}

void StreamLoad::finish() {
  for (const Request& request : requests_)
    if (request.sent.count() > 0)
      context_.count_failure({request.due, request.sent}, &LoadCounts::lost);
    else
      context_.count_unsent(request.due);
  requests_.clear();
  marked_ = 0;
  socket_.close();
  state_ = State::closed;
}

}  // namespace echopool::client
