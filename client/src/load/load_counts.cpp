#include "load/load_counts.hpp"

#include <algorithm>

namespace echopool::client {
namespace {

void add(std::map<int, std::uint64_t>& into, const std::map<int, std::uint64_t>& from) {
  for (const auto& [error, count] : from) into[error] += count;
}

}  // namespace

void LoadCounts::merge(const LoadCounts& other) {
  sent += other.sent;
  answered += other.answered;
  corrupt += other.corrupt;
  lost += other.lost;
  unsent += other.unsent;
  late_sends += other.late_sends;
  response.merge(other.response);
  service.merge(other.service);
  lag.merge(other.lag);
  corrected.merge(other.corrected);
  bytes_sent += other.bytes_sent;
  bytes_verified += other.bytes_verified;
  connections_opened += other.connections_opened;
  connect.merge(other.connect);
  add(connect_errors, other.connect_errors);
  add(broken, other.broken);
  broken_idle += other.broken_idle;
  lost_by_break += other.lost_by_break;
  probes += other.probes;
  if (seconds.size() < other.seconds.size()) seconds.resize(other.seconds.size());
  for (std::size_t i = 0; i < other.seconds.size(); ++i) {
    seconds[i].sent += other.seconds[i].sent;
    seconds[i].answered += other.seconds[i].answered;
  }
  queue_drops += other.queue_drops;
  if (other.first_send.count() > 0)
    first_send = first_send.count() == 0 ? other.first_send : std::min(first_send, other.first_send);
  last_receive = std::max(last_receive, other.last_receive);
  if (other.cpu > cpu) {
    cpu = other.cpu;
    worked = other.worked;
  }
}

void LoadInterval::merge(const LoadInterval& other) {
  from = other.from;
  length = std::max(length, other.length);
  sent += other.sent;
  answered += other.answered;
  errors += other.errors;
  waiting += other.waiting;
  if (other.oldest) oldest = oldest ? std::max(*oldest, *other.oldest) : other.oldest;
  response.merge(other.response);
}

}  // namespace echopool::client
