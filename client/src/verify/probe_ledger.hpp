// The book of one stream of probes: what became of each, and what each answer was. Internal. One thread; times are
// given to it, so it is a pure calculation.
//
// Every probe ends in exactly one class. A duplicate, a reordered or a stray datagram never changes another probe's
// class: a duplicate cannot cancel a loss.
#pragma once

#include "verify/probe.hpp"

#include <chrono>
#include <cstdint>
#include <deque>
#include <optional>
#include <span>
#include <utility>
#include <vector>

namespace echopool::client {

using Nanoseconds = std::chrono::nanoseconds;

enum class AnswerKind {
  good,       ///< the probe, unchanged; perhaps late or reordered
  duplicate,  ///< once more
  corrupt,    ///< a byte differs, at `offset`
  truncated,  ///< it ends at `offset`
  stray,      ///< not of this run, or so damaged that it cannot be told
};

struct ProbeAnswer {
  AnswerKind kind = AnswerKind::stray;
  std::uint64_t sequence = 0;    ///< all but stray
  Nanoseconds round_trip{0};     ///< good and duplicate
  Nanoseconds from_schedule{0};  ///< good: since the moment it should have been sent
  bool late = false;             ///< good, but after the limit
  std::uint64_t overtaken_by =
      0;  ///< good: the distance to the highest sequence that came before it (RFC 4737); 0: in order
  std::size_t offset = 0;
};

struct ProbeTotals {
  // Each probe is in one of these.
  std::uint64_t on_time = 0;
  std::uint64_t late = 0;         ///< a good answer after the limit
  std::uint64_t corrupt = 0;      ///< only damaged answers
  std::uint64_t truncated = 0;    ///< only cut answers
  std::uint64_t refused = 0;      ///< the host answered that nothing listens (ICMP)
  std::uint64_t send_failed = 0;  ///< it never left
  std::uint64_t lost = 0;         ///< no answer in all the time there was
  std::uint64_t pending = 0;      ///< not decided yet

  // Besides, about answers.
  std::uint64_t duplicates = 0;
  std::uint64_t reordered = 0;
  std::uint64_t strays = 0;

  [[nodiscard]] std::uint64_t answered() const noexcept { return on_time + late; }
  [[nodiscard]] std::uint64_t probes() const noexcept {
    return on_time + late + corrupt + truncated + refused + send_failed + lost + pending;
  }
  /// Probes that left and brought no good answer, of those decided.
  [[nodiscard]] double loss() const noexcept;

  ProbeTotals& operator+=(const ProbeTotals& other) noexcept;
};

class ProbeLedger {
 public:
  /// `limit`: an answer that takes longer is late. `length`: of every probe. Of all the probes of a run that may last
  /// for ever, the last `remembered` are kept; older ones are decided for good, and an answer to one is then a stray.
  ProbeLedger(std::uint64_t run, std::uint16_t stream, std::uint32_t length, Nanoseconds limit,
              std::size_t remembered = std::size_t{1} << 20)
      : run_{run}, stream_{stream}, length_{length}, limit_{limit}, remembered_{remembered} {}

  /// The identity of the next probe; to be followed by sent() or send_failed() of its sequence.
  [[nodiscard]] ProbeIdentity next(Nanoseconds scheduled, Nanoseconds now);
  void send_failed(std::uint64_t sequence);
  /// The last probe was not sent after all and shall leave no trace.
  void take_back();
  /// An ICMP error does not name the probe it answers: it is the oldest that has no answer. nullopt: there is none.
  std::optional<std::uint64_t> refused();

  ProbeAnswer received(std::span<const std::byte> datagram, Nanoseconds now);

  /// Probes due before this moment, a warm-up, are left out of the totals, and so are their answers.
  void count_from(Nanoseconds due) noexcept { counted_from_ = due; }

  /// The next probe that has reached the limit without any answer; each is told once. nullopt: none has.
  [[nodiscard]] std::optional<std::uint64_t> overdue(Nanoseconds now);
  /// When the oldest probe in flight reaches the limit; nullopt when nothing is in flight.
  [[nodiscard]] std::optional<Nanoseconds> next_deadline() const;
  /// Probes that may still be answered within the limit: not told as overdue.
  [[nodiscard]] std::uint64_t in_flight() const noexcept { return in_flight_; }
  /// So far: what is unanswered and older than the limit counts as lost, what is younger as pending.
  [[nodiscard]] ProbeTotals totals(Nanoseconds now) const;
  /// For good: everything unanswered is lost.
  [[nodiscard]] ProbeTotals final_totals() const;

  /// When each probe without a good answer should have been sent, and was.
  [[nodiscard]] std::vector<std::pair<Nanoseconds, Nanoseconds>> without_answer() const;

  [[nodiscard]] std::uint64_t sequence() const noexcept { return base_ + records_.size(); }

 private:
  enum class State : std::uint8_t { waiting, on_time, late, corrupt, truncated, refused, send_failed };
  struct Record {
    Nanoseconds scheduled;
    Nanoseconds sent;
    State state = State::waiting;
  };

  [[nodiscard]] ProbeIdentity identity(std::uint64_t sequence) const;
  [[nodiscard]] Record* find(std::uint64_t sequence);
  [[nodiscard]] std::optional<std::uint64_t> sequence_of(std::span<const std::byte> datagram) const;
  ProbeAnswer good(std::uint64_t sequence, Record& record, Nanoseconds now);
  ProbeAnswer damaged(std::uint64_t sequence, Record& record, std::span<const std::byte> datagram, std::size_t offset);
  [[nodiscard]] static bool is_answered(const Record& record) noexcept {
    return record.state == State::on_time || record.state == State::late;
  }
  void add(ProbeTotals& totals, const Record& record, std::uint64_t ProbeTotals::*waiting_as) const;
  void decide(std::uint64_t sequence, Record& record, State state);

  const std::uint64_t run_;
  const std::uint16_t stream_;
  const std::uint32_t length_;
  const Nanoseconds limit_;
  const std::size_t remembered_;
  Nanoseconds counted_from_{Nanoseconds::min()};
  std::uint64_t base_ = 0;  // sequence of records_.front()
  std::deque<Record> records_;
  std::uint64_t oldest_waiting_ = 0;  // no probe before it waits
  std::uint64_t oldest_in_time_ = 0;  // those before it that wait have been told as overdue
  std::uint64_t in_flight_ = 0;
  std::uint64_t next_expected_ = 0;                             // RFC 4737's NextExp
  std::vector<std::pair<Nanoseconds, Nanoseconds>> forgotten_;  // no longer in records_, and without a good answer
  ProbeTotals decided_;  // probes that are no longer in records_, and the counts of answers
};

}  // namespace echopool::client
