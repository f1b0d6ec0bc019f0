#include "ping/udp_ping.hpp"

#include "verify/pattern.hpp"

#include <poll.h>

#include <cerrno>

namespace echopool::client {
namespace {

bool is_refusal(int error) noexcept {
  return error == ECONNREFUSED || error == EHOSTUNREACH || error == ENETUNREACH || error == EPROTO;
}

PingHappening happening(AnswerKind kind) noexcept {
  switch (kind) {
    case AnswerKind::good:
      return PingHappening::answer;
    case AnswerKind::duplicate:
      return PingHappening::duplicate;
    case AnswerKind::corrupt:
      return PingHappening::corrupt;
    case AnswerKind::truncated:
      return PingHappening::truncated;
    case AnswerKind::stray:
      break;
  }
  return PingHappening::stray;
}

}  // namespace

UdpPing::UdpPing(int socket, std::size_t length, Nanoseconds limit, bool kernel_times, PingListener listener)
    : socket_{socket},
      listener_{std::move(listener)},
      ledger_{random_key(), 0, static_cast<std::uint32_t>(length), limit},
      out_(length),
      in_(65'536) {
  if (kernel_times) kernel_.emplace(socket);
}

short UdpPing::events() const { return POLLIN; }

void UdpPing::refuse(int error) {
  if (const auto sequence = ledger_.refused())
    listener_({.what = PingHappening::refused, .sequence = *sequence, .error = error});
}

void UdpPing::send() {
  const Nanoseconds now = monotonic_now();
  const ProbeIdentity identity = ledger_.next(now, now);
  write_probe(out_, identity);
  for (int attempt = 0; attempt < 2; ++attempt) {
    if (::send(socket_, out_.data(), out_.size(), MSG_NOSIGNAL) >= 0) return;
    // The error of an earlier probe is told once and keeps this one from leaving; the second attempt sends it.
    const bool earlier = is_refusal(errno) && attempt == 0;
    if (kernel_) kernel_->give_up();
    if (!earlier) break;
    refuse(errno);
  }
  const int error = errno;
  ledger_.send_failed(identity.sequence);
  listener_({.what = PingHappening::send_failed, .sequence = identity.sequence, .error = error});
}

void UdpPing::take(const Reception& reception, Nanoseconds now) {
  const auto size = static_cast<std::size_t>(reception.size);
  const ProbeAnswer answer = ledger_.received(std::span{in_}.first(size), now);
  PingEvent event{.what = happening(answer.kind),
                  .sequence = answer.sequence,
                  .bytes = size,
                  .round_trip = answer.round_trip,
                  .late = answer.late,
                  .overtaken_by = answer.overtaken_by,
                  .offset = answer.offset};
  if (kernel_ && answer.kind == AnswerKind::good) {
    kernel_->collect();
    event.kernel_round_trip = kernel_->round_trip(static_cast<std::uint32_t>(answer.sequence), reception.kernel_time);
  }
  listener_(event);
}

void UdpPing::receive() {
  for (;;) {
    const Reception reception = receive_with_times(socket_, in_);
    if (reception.size >= 0) {
      take(reception, monotonic_now());
      continue;
    }
    if (errno == EINTR) continue;
    if (errno == EAGAIN) break;
    refuse(errno);
  }
  // The stamps of what has left are on the error queue, and poll(2) keeps telling until they are taken.
  if (kernel_) kernel_->collect();
  while (const auto sequence = ledger_.overdue(monotonic_now()))
    listener_({.what = PingHappening::overdue, .sequence = *sequence});
}

}  // namespace echopool::client
