#include "deadlock/stall_verdict.hpp"

#include "deadlock/buffer_picture.hpp"
#include "printing.hpp"

#include <boost/test/unit_test.hpp>

using namespace echopool::client;
using namespace std::chrono_literals;

namespace {

/// Two seconds in which nothing moved, with these queues.
StallEvidence stall(std::uint64_t unsent, std::uint64_t unread, std::uint32_t window) {
  StallEvidence evidence;
  evidence.stalled = true;
  evidence.wants_to_send = true;
  evidence.before.unsent = evidence.before.not_sent = unsent;
  evidence.before.unread = unread;
  evidence.before.peer_window = window;
  evidence.after = evidence.before;
  evidence.after.at = 2s;
  return evidence;
}

}  // namespace

BOOST_AUTO_TEST_CASE(two_writers_and_no_reader_are_a_write_write_deadlock) {
  BOOST_TEST(judge(stall(130'000, 120'000, 0)) == StallVerdict::write_write);
}

BOOST_AUTO_TEST_CASE(a_window_too_small_for_a_segment_counts_by_the_time_it_kept_us_waiting) {
  StallEvidence evidence = stall(130'000, 120'000, 5'120);
  evidence.after.window_limited = 1'900ms;
  BOOST_TEST(judge(evidence) == StallVerdict::write_write);
  evidence.after.peer_window.reset();  // an older kernel
  BOOST_TEST(judge(evidence) == StallVerdict::write_write);
}

BOOST_AUTO_TEST_CASE(a_server_that_neither_reads_nor_answers_is_no_deadlock_of_two_writers) {
  BOOST_TEST(judge(stall(130'000, 0, 0)) == StallVerdict::peer_not_reading);
}

BOOST_AUTO_TEST_CASE(unacknowledged_bytes_with_an_open_window_are_the_networks_fault) {
  BOOST_TEST(judge(stall(130'000, 0, 65'000)) == StallVerdict::network);
  BOOST_TEST(judge(stall(130'000, 120'000, 65'000)) == StallVerdict::network);
}

BOOST_AUTO_TEST_CASE(two_readers_and_no_writer_are_a_read_read_deadlock) {
  StallEvidence evidence = stall(0, 0, 65'000);
  evidence.wants_to_send = false;
  BOOST_TEST(judge(evidence) == StallVerdict::read_read);
}

BOOST_AUTO_TEST_CASE(a_server_stuck_behind_a_client_that_is_done_is_half_a_deadlock) {
  StallEvidence evidence = stall(0, 120'000, 65'000);
  evidence.stalled = evidence.wants_to_send = false;
  BOOST_TEST(judge(evidence) == StallVerdict::none);  // nothing says that the server waits
  evidence.server = PeerQueues{.unread = 1'000, .unsent = 4'000'000};
  BOOST_TEST(judge(evidence) == StallVerdict::half);
  evidence.server = PeerQueues{};
  BOOST_TEST(judge(evidence) == StallVerdict::none);
  StallEvidence remote = stall(130'000, 120'000, 0);  // the server on another host: its window tells
  remote.stalled = remote.wants_to_send = false;
  BOOST_TEST(judge(remote) == StallVerdict::half);
  remote.wants_to_send = true;  // interrupted while everything still moved
  BOOST_TEST(judge(remote) == StallVerdict::none);
}

BOOST_AUTO_TEST_CASE(the_reasons_name_the_kernels_figures) {
  StallEvidence evidence = stall(130'000, 120'000, 0);
  evidence.after.backoff = 3;
  evidence.server = PeerQueues{7, 8};
  std::string all;
  for (const std::string& line : reasons(evidence)) all += line + "\n";
  for (const char* part :
       {"SIOCOUTQ 130,000 bytes", "SIOCINQ 120,000 bytes", "unchanged all the while", "tcpi_snd_wnd 0",
        "window is closed", "tcpi_bytes_acked 0, frozen", "tcpi_backoff 3", "7 bytes received and not read"})
    BOOST_TEST(all.find(part) != std::string::npos, part);
}

BOOST_AUTO_TEST_CASE(every_byte_is_in_exactly_one_of_the_buffers) {
  TcpEvidence evidence;
  evidence.unsent = 100;
  evidence.unread = 50;
  const auto remote = levels_of(1000, 200, evidence, std::nullopt);
  BOOST_TEST(remote.server_holds == 650U);
  BOOST_TEST(!remote.server_receive.has_value());
  const auto local = levels_of(1000, 200, evidence, PeerQueues{.unread = 400, .unsent = 200});
  BOOST_TEST(local.server_receive.value_or(0) == 400U);
  BOOST_TEST(local.server_send.value_or(0) == 200U);
  const auto moving = levels_of(1000, 200, evidence, PeerQueues{.unread = 600, .unsent = 200});
  BOOST_TEST(*moving.server_receive + *moving.server_send == 650U);
}

BOOST_AUTO_TEST_CASE(the_picture_keeps_to_the_width_and_names_what_is_exact) {
  TcpEvidence evidence;
  evidence.unsent = 100'000;
  for (const std::size_t width : {40U, 80U}) {
    const auto lines = draw(levels_of(1'000'000, 0, evidence, PeerQueues{1, 2}), width, false);
    BOOST_TEST(lines.size() == 5U);
    for (const auto& line : lines) BOOST_TEST(line.size() <= width, line);
  }
  BOOST_TEST(draw(levels_of(1'000'000, 0, evidence, std::nullopt), 80, false).size() == 3U);
  BOOST_TEST(draw(BufferLevels{}, 80, false)[0].find('#') == std::string::npos);
}
