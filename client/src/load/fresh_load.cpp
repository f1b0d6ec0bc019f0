#include "load/fresh_load.hpp"

#include "verify/pattern.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>

namespace echopool::client {
namespace {

/// After a failed connect(2): a closed loop would otherwise spin on a service that is gone or on local ports that are
/// used up.
constexpr std::chrono::milliseconds rest{10};

}  // namespace

FreshLoad::FreshLoad(LoadContext& context, std::size_t number)
    : context_{context}, number_{number}, socket_{context.epoll, this} {}

void FreshLoad::begin() {
  begun_ = true;
  if (!context_.settings.is_open_loop()) next();
}

void FreshLoad::next() {
  if (state_ != State::idle) return;
  const Nanoseconds now = monotonic_now();
  if (now < rest_until_) return;
  if (!backlog_.empty()) {
    const Nanoseconds due = backlog_.front();
    backlog_.pop_front();
    return connect(due);
  }
  if (!context_.settings.is_open_loop() && context_.may_send(now)) connect(now);
}

void FreshLoad::request(Nanoseconds due) {
  backlog_.push_back(due);
  next();
}

void FreshLoad::connect(Nanoseconds due) {
  due_ = due;
  sent_ = received_ = 0;
  damaged_ = false;
  key_ = pattern_word(context_.run_key ^ number_, connections_++);
  started_ = monotonic_now();
  context_.count_sent(due_, started_);
  UniqueFd socket;
  const int error = begin_connect(context_.settings.peer, Transport::tcp, context_.settings.dialing, socket);
  if (error != 0 && error != EINPROGRESS) return fail(&LoadCounts::connect_errors, error);
  state_ = State::connecting;
  socket_.open(std::move(socket), EPOLLOUT);
}

void FreshLoad::connected() {
  if (const int error = finish_connect(socket_.fd()); error != 0) return fail(&LoadCounts::connect_errors, error);
  context_.counts.connect.record(monotonic_now() - started_);
  ++context_.counts.connections_opened;
  if (context_.settings.mode == LoadMode::connect_only) return done(true);
  if (!context_.settings.nagle) {
    const int on = 1;
    ::setsockopt(socket_.fd(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  }
  state_ = State::talking;
  send_more();
}

void FreshLoad::ready(std::uint32_t events) {
  if (state_ == State::connecting) return connected();
  if (state_ == State::talking && (events & EPOLLOUT) != 0) send_more();
  if (state_ == State::talking && (events & (EPOLLIN | EPOLLHUP | EPOLLERR)) != 0) receive();
}

void FreshLoad::send_more() {
  while (sent_ < context_.settings.size) {
    const std::uint64_t left = context_.settings.size - sent_;
    const auto block = std::span{context_.out}.first(std::min<std::size_t>(left, context_.out.size()));
    fill_pattern(block, key_, sent_);
    const ssize_t put = ::send(socket_.fd(), block.data(), block.size(), MSG_NOSIGNAL);
    if (put < 0 && errno == EINTR) continue;
    if (put < 0 && errno == EAGAIN) return socket_.want(EPOLLIN | EPOLLOUT);
    if (put < 0) return fail(&LoadCounts::broken, errno);
    sent_ += static_cast<std::uint64_t>(put);
    context_.counts.bytes_sent += static_cast<std::uint64_t>(put);
  }
  socket_.want(EPOLLIN);
}

void FreshLoad::receive() {
  for (;;) {
    const ssize_t got = ::recv(socket_.fd(), context_.in.data(), context_.in.size(), 0);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0 && errno == EAGAIN) return;
    if (got <= 0) return fail(&LoadCounts::broken, got == 0 ? 0 : errno);
    const auto size = static_cast<std::size_t>(got);
    if (received_ + size > sent_) return fail(&LoadCounts::broken, EPROTO);
    if (find_difference(std::span{context_.in}.first(size), key_, received_))
      damaged_ = true;
    else
      context_.counts.bytes_verified += size;
    received_ += size;
    if (received_ == context_.settings.size) return done(!damaged_);
  }
}

void FreshLoad::done(bool good) {
  const Nanoseconds now = monotonic_now();
  if (good)
    context_.count_answer(due_, started_, now);
  else
    context_.count_failure({due_, started_}, &LoadCounts::corrupt);
  close();
  next();
}

void FreshLoad::fail(std::map<int, std::uint64_t> LoadCounts::*errors, int error) {
  ++(context_.counts.*errors)[error];
  if (errors == &LoadCounts::broken && context_.is_measured(due_)) ++context_.counts.lost_by_break;
  context_.count_failure({due_, started_}, &LoadCounts::lost);
  close();
  rest_until_ = monotonic_now() + rest;
}

void FreshLoad::close() {
  if (socket_ && context_.settings.reset)
    socket_.close_with_reset();
  else
    socket_.close();
  state_ = State::idle;
}

void FreshLoad::tick(Nanoseconds now) {
  const auto& limit = context_.settings.dialing.limit;
  if (state_ == State::connecting && limit && now - started_ > *limit) fail(&LoadCounts::connect_errors, ETIMEDOUT);
  if (begun_) next();
}

std::optional<Nanoseconds> FreshLoad::oldest() const {
  if (state_ != State::idle) return due_;
  return backlog_.empty() ? std::nullopt : std::optional{backlog_.front()};
}

void FreshLoad::finish() {
  for (const Nanoseconds due : backlog_) context_.count_unsent(due);
  backlog_.clear();
  if (state_ != State::idle) context_.count_failure({due_, started_}, &LoadCounts::lost);
  close();
}

}  // namespace echopool::client
