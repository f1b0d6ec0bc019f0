#include "verify/probe_ledger.hpp"

#include <algorithm>

namespace echopool::client {

double ProbeTotals::loss() const noexcept {
  const std::uint64_t left = probes() - pending - send_failed;
  return left == 0 ? 0 : static_cast<double>(left - answered()) / static_cast<double>(left);
}

ProbeTotals& ProbeTotals::operator+=(const ProbeTotals& other) noexcept {
  on_time += other.on_time;
  late += other.late;
  corrupt += other.corrupt;
  truncated += other.truncated;
  refused += other.refused;
  send_failed += other.send_failed;
  lost += other.lost;
  pending += other.pending;
  duplicates += other.duplicates;
  reordered += other.reordered;
  strays += other.strays;
  return *this;
}

ProbeIdentity ProbeLedger::identity(std::uint64_t sequence) const {
  const Record& record = records_[static_cast<std::size_t>(sequence - base_)];
  return {run_, stream_, sequence, record.scheduled.count(), record.sent.count(), length_};
}

ProbeIdentity ProbeLedger::next(Nanoseconds scheduled, Nanoseconds now) {
  if (records_.size() == remembered_) {
    add(decided_, records_.front(), &ProbeTotals::lost);
    if (!is_answered(records_.front())) forgotten_.emplace_back(records_.front().scheduled, records_.front().sent);
    if (records_.front().state == State::waiting && oldest_in_time_ == base_) --in_flight_;
    records_.pop_front();
    ++base_;
    oldest_waiting_ = std::max(oldest_waiting_, base_);
    oldest_in_time_ = std::max(oldest_in_time_, base_);
  }
  records_.push_back({scheduled, now});
  ++in_flight_;
  return identity(sequence() - 1);
}

ProbeLedger::Record* ProbeLedger::find(std::uint64_t sequence) {
  if (sequence < base_ || sequence >= base_ + records_.size()) return nullptr;
  return &records_[static_cast<std::size_t>(sequence - base_)];
}

void ProbeLedger::send_failed(std::uint64_t sequence) {
  if (Record* record = find(sequence)) decide(sequence, *record, State::send_failed);
}

void ProbeLedger::take_back() {
  records_.pop_back();
  --in_flight_;
  oldest_waiting_ = std::min(oldest_waiting_, sequence());
}

std::optional<std::uint64_t> ProbeLedger::refused() {
  if (oldest_waiting_ == sequence()) return std::nullopt;
  const std::uint64_t sequence = oldest_waiting_;
  decide(sequence, *find(sequence), State::refused);
  return sequence;
}

void ProbeLedger::decide(std::uint64_t sequence, Record& record, State state) {
  if (record.state == State::waiting && sequence >= oldest_in_time_) --in_flight_;
  record.state = state;
  while (oldest_waiting_ < base_ + records_.size() && find(oldest_waiting_)->state != State::waiting) ++oldest_waiting_;
}

/// A damaged header names no probe: ask the unanswered probes, the newest first, whether it was one of them.
std::optional<std::uint64_t> ProbeLedger::sequence_of(std::span<const std::byte> datagram) const {
  constexpr std::uint64_t most_asked = 1024;
  const std::uint64_t end = base_ + records_.size();
  for (std::uint64_t asked = 0; asked < most_asked && end - asked > oldest_waiting_; ++asked) {
    const std::uint64_t sequence = end - asked - 1;
    if (resembles(datagram, identity(sequence))) return sequence;
  }
  return std::nullopt;
}

ProbeAnswer ProbeLedger::received(std::span<const std::byte> datagram, Nanoseconds now) {
  const auto claimed = read_probe(datagram);
  const bool ours = claimed && claimed->run == run_ && claimed->stream == stream_;
  const auto sequence = ours ? std::optional{claimed->sequence} : claimed ? std::nullopt : sequence_of(datagram);
  Record* record = sequence ? find(*sequence) : nullptr;
  if (record == nullptr) {
    ++decided_.strays;
    return {};
  }
  const auto damage = find_damage(datagram, identity(*sequence));
  return damage ? damaged(*sequence, *record, datagram, *damage) : good(*sequence, *record, now);
}

ProbeAnswer ProbeLedger::good(std::uint64_t sequence, Record& record, Nanoseconds now) {
  ProbeAnswer answer;
  answer.sequence = sequence;
  answer.round_trip = now - record.sent;
  answer.from_schedule = now - record.scheduled;
  if (is_answered(record)) {
    if (record.scheduled >= counted_from_) ++decided_.duplicates;
    answer.kind = AnswerKind::duplicate;
    return answer;
  }
  answer.kind = AnswerKind::good;
  answer.late = answer.round_trip > limit_;
  decide(sequence, record, answer.late ? State::late : State::on_time);
  if (sequence < next_expected_) {
    answer.overtaken_by = next_expected_ - 1 - sequence;
    if (record.scheduled >= counted_from_) ++decided_.reordered;
  } else {
    next_expected_ = sequence + 1;
  }
  return answer;
}

ProbeAnswer ProbeLedger::damaged(std::uint64_t sequence, Record& record, std::span<const std::byte> datagram,
                                 std::size_t offset) {
  ProbeAnswer answer;
  answer.sequence = sequence;
  answer.offset = offset;
  const bool cut = offset == datagram.size() && datagram.size() < length_;
  answer.kind = cut ? AnswerKind::truncated : AnswerKind::corrupt;
  if (record.state == State::waiting) decide(sequence, record, cut ? State::truncated : State::corrupt);
  return answer;
}

std::optional<std::uint64_t> ProbeLedger::overdue(Nanoseconds now) {
  for (; oldest_in_time_ < sequence(); ++oldest_in_time_) {
    const Record& record = *find(oldest_in_time_);
    if (record.state != State::waiting) continue;
    if (record.sent + limit_ > now) return std::nullopt;
    --in_flight_;
    return oldest_in_time_++;
  }
  return std::nullopt;
}

std::optional<Nanoseconds> ProbeLedger::next_deadline() const {
  for (std::uint64_t at = std::max(oldest_in_time_, oldest_waiting_); at < sequence(); ++at) {
    const Record& record = records_[static_cast<std::size_t>(at - base_)];
    if (record.state == State::waiting) return record.sent + limit_;
  }
  return std::nullopt;
}

std::vector<std::pair<Nanoseconds, Nanoseconds>> ProbeLedger::without_answer() const {
  auto result = forgotten_;
  for (const Record& record : records_)
    if (!is_answered(record)) result.emplace_back(record.scheduled, record.sent);
  return result;
}

void ProbeLedger::add(ProbeTotals& totals, const Record& record, std::uint64_t ProbeTotals::*waiting_as) const {
  if (record.scheduled < counted_from_) return;
  switch (record.state) {
    case State::waiting:
      ++(totals.*waiting_as);
      break;
    case State::on_time:
      ++totals.on_time;
      break;
    case State::late:
      ++totals.late;
      break;
    case State::corrupt:
      ++totals.corrupt;
      break;
    case State::truncated:
      ++totals.truncated;
      break;
    case State::refused:
      ++totals.refused;
      break;
    case State::send_failed:
      ++totals.send_failed;
      break;
  }
}

ProbeTotals ProbeLedger::totals(Nanoseconds now) const {
  ProbeTotals result = decided_;
  for (const Record& record : records_)
    add(result, record, record.sent + limit_ > now ? &ProbeTotals::pending : &ProbeTotals::lost);
  return result;
}

ProbeTotals ProbeLedger::final_totals() const {
  ProbeTotals result = decided_;
  for (const Record& record : records_) add(result, record, &ProbeTotals::lost);
  return result;
}

}  // namespace echopool::client
