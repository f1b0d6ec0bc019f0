#include "load/datagram_load.hpp"

#include "measure/kernel_times.hpp"

#include <sys/epoll.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>

namespace echopool::client {
namespace {

/// A million datagrams are remembered, by all sockets together.
std::size_t remembered(const LoadSettings& settings) {
  return std::max<std::size_t>((std::size_t{1} << 20) / settings.connections, 4096);
}

}  // namespace

DatagramLoad::DatagramLoad(LoadContext& context, std::size_t number)
    : context_{context},
      socket_{context.epoll, this},
      ledger_{context.run_key, static_cast<std::uint16_t>(number), static_cast<std::uint32_t>(context.settings.size),
              context.settings.timeout, remembered(context.settings)} {}

void DatagramLoad::prepare(Connection) {
  UniqueFd socket;
  const int error = begin_connect(context_.settings.peer, Transport::udp, context_.settings.dialing, socket);
  if (error != 0) {
    ++context_.counts.connect_errors[error];
    return;
  }
  socket_.open(std::move(socket), EPOLLIN);
  ++context_.counts.connections_opened;
}

std::optional<Nanoseconds> DatagramLoad::oldest() const {
  if (const auto deadline = ledger_.next_deadline()) return *deadline - context_.settings.timeout;
  return backlog_.empty() ? std::nullopt : std::optional{backlog_.front()};
}

void DatagramLoad::begin() {
  begun_ = true;
  ledger_.count_from(context_.measure_from);
  if (!context_.settings.is_open_loop()) refill();
}

void DatagramLoad::refill() {
  while (socket_ && outstanding() < context_.settings.pipeline) {
    const Nanoseconds now = monotonic_now();
    if (!context_.may_send(now)) return;
    request(now);
  }
}

void DatagramLoad::request(Nanoseconds due) {
  backlog_.push_back(due);
  send_backlog();
}

void DatagramLoad::send_backlog() {
  while (!backlog_.empty()) {
    if (!socket_ || !send(backlog_.front())) return;
    backlog_.pop_front();
  }
  socket_.want(EPOLLIN);
}

bool DatagramLoad::send(Nanoseconds due) {
  const auto datagram = std::span{context_.out}.first(context_.settings.size);
  const Nanoseconds now = monotonic_now();
  const ProbeIdentity identity = ledger_.next(due, now);
  write_probe(datagram, identity);
  for (int attempt = 0; attempt < 2; ++attempt) {
    if (::send(socket_.fd(), datagram.data(), datagram.size(), MSG_NOSIGNAL) >= 0) {
      context_.count_sent(due, now);
      context_.counts.bytes_sent += datagram.size();
      return true;
    }
    if (errno == EAGAIN) {
      ledger_.take_back();
      socket_.want(EPOLLIN | EPOLLOUT);
      return false;
    }
    if (errno != ECONNREFUSED) break;
    // The error of an earlier datagram; this one has not been tried yet.
    if (ledger_.refused()) context_.note_failure(now);
  }
  ++context_.counts.broken[errno];
  ledger_.send_failed(identity.sequence);
  context_.note_failure(now);
  return true;
}

void DatagramLoad::ready(std::uint32_t events) {
  if (!socket_) return;
  if ((events & EPOLLOUT) != 0) send_backlog();
  if ((events & (EPOLLIN | EPOLLERR)) != 0) receive();
}

void DatagramLoad::receive() {
  // A bounded turn: with a fast peer there is always one more.
  for (int turn = 0; turn < 64; ++turn) {
    const Reception reception = receive_with_times(socket_.fd(), context_.in);
    if (reception.size < 0) {
      if (errno == EAGAIN) break;
      if (errno != EINTR && ledger_.refused()) {
        ++context_.counts.broken[errno];
        context_.note_failure(monotonic_now());
      }
      continue;
    }
    take(static_cast<std::size_t>(reception.size), monotonic_now());
  }
  if (!context_.settings.is_open_loop()) refill();
}

void DatagramLoad::take(std::size_t size, Nanoseconds now) {
  const ProbeAnswer answer = ledger_.received(std::span{context_.in}.first(size), now);
  const Nanoseconds due = now - answer.from_schedule;
  switch (answer.kind) {
    case AnswerKind::good:
      context_.counts.bytes_verified += size;
      context_.count_answer(due, now - answer.round_trip, now);
      break;
    case AnswerKind::corrupt:
    case AnswerKind::truncated:
      context_.note_failure(now);
      break;
    case AnswerKind::duplicate:
    case AnswerKind::stray:
      break;
  }
}

void DatagramLoad::count_overdue(Nanoseconds now) {
  while (ledger_.overdue(now)) context_.note_failure(now);
}

void DatagramLoad::tick(Nanoseconds now) {
  count_overdue(now);
  if (begun_ && !context_.settings.is_open_loop()) refill();
}

void DatagramLoad::finish() {
  const ProbeTotals totals = ledger_.final_totals();
  context_.counts.probes += totals;
  context_.counts.corrupt += totals.corrupt + totals.truncated;
  context_.counts.lost += totals.lost + totals.refused + totals.send_failed;
  for (const auto& [due, sent] : ledger_.without_answer())
    if (context_.is_measured(due)) context_.unanswered.push_back({due, sent});
  for (const Nanoseconds due : backlog_) context_.count_unsent(due);
  backlog_.clear();
  if (socket_) context_.counts.queue_drops += queue_drops(socket_.fd());
  socket_.close();
}

}  // namespace echopool::client
