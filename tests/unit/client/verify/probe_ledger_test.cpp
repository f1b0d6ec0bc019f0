#include "verify/probe_ledger.hpp"

#include "printing.hpp"

#include <boost/test/unit_test.hpp>

#include <map>

using namespace echopool::client;
using namespace std::chrono_literals;

namespace {

constexpr std::uint32_t length = 100;

/// A ledger and the datagrams it sent, at 10 ms intervals.
struct Sender {
  explicit Sender(std::uint64_t run = 99) : ledger{run, 0, length, 1s} {}

  ProbeLedger ledger;
  std::map<std::uint64_t, std::vector<std::byte>> datagrams;

  void send(int count) {
    for (int i = 0; i < count; ++i) {
      const Nanoseconds at = ledger.sequence() * 10ms;
      const auto identity = ledger.next(at, at);
      datagrams[identity.sequence].resize(length);
      write_probe(datagrams[identity.sequence], identity);
    }
  }
  ProbeAnswer answer(std::uint64_t sequence, Nanoseconds after = 1ms) {
    return ledger.received(datagrams.at(sequence), sequence * 10ms + after);
  }
};

}  // namespace

BOOST_AUTO_TEST_CASE(an_answer_gives_its_round_trip) {
  Sender sender;
  sender.send(3);
  const auto answer = sender.answer(1, 7ms);
  BOOST_TEST(answer.kind == AnswerKind::good);
  BOOST_TEST(answer.sequence == 1U);
  BOOST_TEST(answer.round_trip == 7ms);
  BOOST_TEST(!answer.late);
  BOOST_TEST(answer.overtaken_by == 0U);
}

BOOST_AUTO_TEST_CASE(the_response_time_counts_from_the_schedule_and_the_round_trip_from_the_sending) {
  ProbeLedger ledger{1, 0, 48, 1s};
  const auto identity = ledger.next(10ms, 13ms);
  std::vector<std::byte> datagram(48);
  write_probe(datagram, identity);
  const auto answer = ledger.received(datagram, 20ms);
  BOOST_TEST(answer.round_trip == 7ms);
  BOOST_TEST(answer.from_schedule == 10ms);
}

BOOST_AUTO_TEST_CASE(a_duplicate_never_cancels_a_loss) {
  Sender sender;
  sender.send(3);
  sender.answer(0);
  BOOST_TEST(sender.answer(0).kind == AnswerKind::duplicate);
  BOOST_TEST(sender.answer(0).kind == AnswerKind::duplicate);
  sender.answer(2);
  const auto totals = sender.ledger.final_totals();
  BOOST_TEST(totals.probes() == 3U);
  BOOST_TEST(totals.on_time == 2U);
  BOOST_TEST(totals.lost == 1U);
  BOOST_TEST(totals.duplicates == 2U);
  BOOST_TEST(totals.reordered == 0U);
  BOOST_TEST(totals.loss() == 1.0 / 3);
}

BOOST_AUTO_TEST_CASE(reordering_is_told_with_its_distance) {
  Sender sender;
  sender.send(5);
  sender.answer(0);
  sender.answer(3);
  const auto one = sender.answer(1);
  BOOST_TEST(one.overtaken_by == 2U);
  BOOST_TEST(sender.answer(2).overtaken_by == 1U);
  BOOST_TEST(sender.answer(4).overtaken_by == 0U);
  const auto totals = sender.ledger.final_totals();
  BOOST_TEST(totals.reordered == 2U);
  BOOST_TEST(totals.on_time == 5U);
  BOOST_TEST(totals.loss() == 0.0);
}

BOOST_AUTO_TEST_CASE(a_late_answer_is_late_and_not_lost) {
  Sender sender;
  sender.send(2);
  BOOST_TEST(sender.ledger.totals(5s).lost == 2U);
  const auto answer = sender.answer(0, 3s);
  BOOST_TEST(answer.late);
  const auto totals = sender.ledger.totals(5s);
  BOOST_TEST(totals.late == 1U);
  BOOST_TEST(totals.lost == 1U);
}

BOOST_AUTO_TEST_CASE(only_what_is_older_than_the_limit_counts_as_lost_so_far) {
  Sender sender;
  sender.send(200);  // the last at 1.99 s
  const auto totals = sender.ledger.totals(2s);
  BOOST_TEST(totals.lost == 101U);
  BOOST_TEST(totals.pending == 99U);
}

BOOST_AUTO_TEST_CASE(each_probe_is_told_once_when_it_becomes_overdue) {
  Sender sender;
  sender.send(4);
  sender.answer(1);
  BOOST_TEST(sender.ledger.in_flight() == 3U);
  BOOST_TEST(sender.ledger.next_deadline() == 1s);
  BOOST_TEST(!sender.ledger.overdue(999ms).has_value());
  BOOST_TEST(sender.ledger.overdue(1020ms) == 0U);
  BOOST_TEST(sender.ledger.overdue(1020ms) == 2U);
  BOOST_TEST(!sender.ledger.overdue(1020ms).has_value());
  BOOST_TEST(sender.ledger.in_flight() == 1U);
  BOOST_TEST(sender.ledger.next_deadline() == 1030ms);
  sender.answer(0, 2s);  // late: no longer in flight, so nothing changes there
  BOOST_TEST(sender.ledger.in_flight() == 1U);
  sender.answer(3);
  BOOST_TEST(sender.ledger.in_flight() == 0U);
  BOOST_TEST(!sender.ledger.next_deadline().has_value());
}

BOOST_AUTO_TEST_CASE(damage_is_told_from_truncation_and_both_from_loss) {
  Sender sender;
  sender.send(3);
  sender.datagrams[0][70] ^= std::byte{1};
  sender.datagrams[1].resize(80);
  const auto corrupt = sender.answer(0);
  BOOST_TEST(corrupt.kind == AnswerKind::corrupt);
  BOOST_TEST(corrupt.offset == 70U);
  const auto truncated = sender.answer(1);
  BOOST_TEST(truncated.kind == AnswerKind::truncated);
  BOOST_TEST(truncated.offset == 80U);
  const auto totals = sender.ledger.final_totals();
  BOOST_TEST(totals.corrupt == 1U);
  BOOST_TEST(totals.truncated == 1U);
  BOOST_TEST(totals.lost == 1U);
  BOOST_TEST(totals.loss() == 1.0);
}

BOOST_AUTO_TEST_CASE(a_damaged_or_cut_header_is_still_attributed_to_its_probe) {
  Sender sender;
  sender.send(50);
  sender.datagrams[17][10] ^= std::byte{0xff};  // in the run's number
  const auto corrupt = sender.answer(17);
  BOOST_TEST(corrupt.kind == AnswerKind::corrupt);
  BOOST_TEST(corrupt.sequence == 17U);
  BOOST_TEST(corrupt.offset == 10U);
  BOOST_TEST(sender.ledger.final_totals().strays == 0U);
}

BOOST_AUTO_TEST_CASE(a_good_copy_makes_up_for_a_damaged_one) {
  Sender sender;
  sender.send(1);
  const auto intact = sender.datagrams[0];
  sender.datagrams[0][70] ^= std::byte{1};
  sender.answer(0);
  sender.datagrams[0] = intact;
  BOOST_TEST(sender.answer(0).kind == AnswerKind::good);
  BOOST_TEST(sender.ledger.final_totals().on_time == 1U);
  BOOST_TEST(sender.ledger.final_totals().corrupt == 0U);
}

BOOST_AUTO_TEST_CASE(what_belongs_to_another_run_or_to_none_is_a_stray) {
  Sender sender;
  sender.send(2);
  Sender other{100};
  other.send(1);
  BOOST_TEST(sender.ledger.received(other.datagrams[0], 1ms).kind == AnswerKind::stray);
  BOOST_TEST((sender.ledger.received(std::vector<std::byte>(length), 1ms).kind == AnswerKind::stray));
  BOOST_TEST(sender.ledger.received({}, 1ms).kind == AnswerKind::stray);
  BOOST_TEST(sender.ledger.final_totals().strays == 3U);
  BOOST_TEST(sender.ledger.final_totals().lost == 2U);
}

BOOST_AUTO_TEST_CASE(an_icmp_refusal_belongs_to_the_oldest_unanswered_probe) {
  Sender sender;
  sender.send(3);
  sender.answer(0);
  BOOST_TEST(sender.ledger.refused() == 1U);
  BOOST_TEST(sender.ledger.refused() == 2U);
  BOOST_TEST(!sender.ledger.refused().has_value());
  const auto totals = sender.ledger.final_totals();
  BOOST_TEST(totals.refused == 2U);
  BOOST_TEST(totals.loss() == 2.0 / 3);
}

BOOST_AUTO_TEST_CASE(a_probe_that_never_left_is_not_a_loss_of_the_network) {
  Sender sender;
  sender.send(2);
  sender.ledger.send_failed(1);
  sender.answer(0);
  const auto totals = sender.ledger.final_totals();
  BOOST_TEST(totals.send_failed == 1U);
  BOOST_TEST(totals.lost == 0U);
  BOOST_TEST(totals.loss() == 0.0);
}

BOOST_AUTO_TEST_CASE(a_run_without_end_needs_no_more_memory_than_a_million_probes) {
  ProbeLedger ledger{1, 0, 48, 1s};
  constexpr std::uint64_t more = (std::uint64_t{1} << 20) + 1000;
  for (std::uint64_t i = 0; i < more; ++i) static_cast<void>(ledger.next(1us * i, 1us * i));
  std::vector<std::byte> first(48);
  write_probe(first, {1, 0, 0, 0, 0, 48});
  BOOST_TEST(ledger.received(first, 2s).kind == AnswerKind::stray);
  BOOST_TEST(ledger.in_flight() == std::uint64_t{1} << 20);
  BOOST_TEST(ledger.final_totals().lost == more);
  BOOST_TEST(ledger.final_totals().probes() == more);
}
