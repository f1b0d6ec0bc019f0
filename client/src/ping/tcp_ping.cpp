#include "ping/tcp_ping.hpp"

#include "verify/pattern.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>

#include <algorithm>
#include <cerrno>

namespace echopool::client {
namespace {

/// A probe must leave at once: Nagle's algorithm would hold it back while the last one is unacknowledged.
void set_nodelay(int fd) noexcept {
  const int on = 1;
  ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

}  // namespace

TcpPing::TcpPing(Connection connection, const DialSettings& redial, std::size_t length, Nanoseconds limit,
                 bool kernel_times, PingListener listener)
    : redial_{redial},
      length_{length},
      limit_{limit},
      kernel_times_{kernel_times},
      listener_{std::move(listener)},
      key_{random_key()},
      connection_{std::move(connection)},
      in_(65'536) {
  set_nodelay(fd());
  if (kernel_times_) kernel_.emplace(fd());
}

short TcpPing::events() const { return out_.empty() ? POLLIN : POLLIN | POLLOUT; }

bool TcpPing::reconnect(std::uint64_t sequence) {
  Connection fresh;
  if (const int error = try_connect(connection_.peer, Transport::tcp, redial_, fresh); error != 0) {
    if (error == ECONNREFUSED) {
      ++decided_.refused;
      listener_({.what = PingHappening::refused, .sequence = sequence, .error = error});
    } else {
      ++decided_.send_failed;
      listener_({.what = PingHappening::send_failed, .sequence = sequence, .error = error});
    }
    return false;
  }
  connection_ = std::move(fresh);
  set_nodelay(fd());
  kernel_.reset();
  if (kernel_times_) kernel_.emplace(fd());
  sent_ = received_ = 0;
  listener_({.what = PingHappening::connected, .sequence = sequence});
  return true;
}

void TcpPing::send() {
  const std::uint64_t sequence = next_++;
  if (!connection_.socket && !reconnect(sequence)) return;
  const std::size_t start = out_.size();
  out_.resize(start + length_);
  fill_pattern(std::span{out_}.subspan(start), key_, sent_);
  sent_ += length_;
  waiting_.push_back({sequence, monotonic_now(), sent_, std::nullopt});
  flush();
}

void TcpPing::flush() {
  while (!out_.empty()) {
    const ssize_t put = ::send(fd(), out_.data(), out_.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
    if (put < 0 && errno == EINTR) continue;
    if (put < 0 && errno == EAGAIN) return;
    if (put < 0) return disconnect(errno);
    out_.erase(out_.begin(), out_.begin() + put);
  }
}

void TcpPing::disconnect(int error) {
  for (const Waiting& probe : waiting_) ++(probe.damage ? decided_.corrupt : decided_.lost);
  const std::uint64_t sequence = waiting_.empty() ? next_ : waiting_.front().sequence;
  waiting_.clear();
  overdue_ = 0;
  out_.clear();
  kernel_.reset();
  connection_.socket.reset();
  listener_({.what = PingHappening::disconnected, .sequence = sequence, .error = error});
}

void TcpPing::receive() {
  while (connection_.socket) {
    const Reception reception = receive_with_times(fd(), in_);
    const Nanoseconds now = monotonic_now();
    if (reception.size > 0) {
      take(std::span{in_}.first(static_cast<std::size_t>(reception.size)), reception, now);
      continue;
    }
    if (reception.size < 0 && errno == EINTR) continue;
    if (reception.size < 0 && errno == EAGAIN) break;
    disconnect(reception.size == 0 ? 0 : errno);
  }
  if (kernel_) kernel_->collect();
  if (connection_.socket) flush();
  const Nanoseconds now = monotonic_now();
  for (; overdue_ < waiting_.size() && waiting_[overdue_].sent + limit_ <= now; ++overdue_)
    listener_({.what = PingHappening::overdue, .sequence = waiting_[overdue_].sequence});
}

void TcpPing::take(std::span<const std::byte> bytes, const Reception& reception, Nanoseconds now) {
  while (!bytes.empty()) {
    if (waiting_.empty()) {
      listener_({.what = PingHappening::stray, .bytes = bytes.size()});
      ++decided_.strays;
      received_ += bytes.size();
      return;
    }
    Waiting& probe = waiting_.front();
    const auto part = bytes.first(std::min<std::size_t>(bytes.size(), probe.end - received_));
    const auto damage = find_difference(part, key_, received_);
    if (damage && !probe.damage) probe.damage = received_ + *damage - (probe.end - length_);
    received_ += part.size();
    bytes = bytes.subspan(part.size());
    if (received_ < probe.end) return;
    const Waiting done = probe;
    waiting_.pop_front();
    if (overdue_ > 0) --overdue_;
    answer(done, reception, now);
  }
}

void TcpPing::answer(const Waiting& probe, const Reception& reception, Nanoseconds now) {
  PingEvent event{.sequence = probe.sequence, .bytes = length_, .round_trip = now - probe.sent};
  if (probe.damage) {
    ++decided_.corrupt;
    event.what = PingHappening::corrupt;
    event.offset = *probe.damage;
    return listener_(event);
  }
  event.late = event.round_trip > limit_;
  ++(event.late ? decided_.late : decided_.on_time);
  if (kernel_) {
    kernel_->collect();
    event.kernel_round_trip = kernel_->round_trip(static_cast<std::uint32_t>(probe.end - 1), reception.kernel_time);
  }
  listener_(event);
}

std::optional<Nanoseconds> TcpPing::next_deadline() const {
  if (overdue_ == waiting_.size()) return std::nullopt;
  return waiting_[overdue_].sent + limit_;
}

ProbeTotals TcpPing::totals(Nanoseconds now) const {
  ProbeTotals result = decided_;
  for (const Waiting& probe : waiting_) ++(probe.sent + limit_ > now ? result.pending : result.lost);
  return result;
}

}  // namespace echopool::client
