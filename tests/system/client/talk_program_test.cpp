// Tests: talk/, dialer, network_error, resolver
#include "faulty_datagram_echo.hpp"
#include "faulty_stream_echo.hpp"
#include "program.hpp"

#include <boost/test/unit_test.hpp>

#include <signal.h>

#include <random>

using namespace echopool;
using namespace echopool::test;
using namespace std::chrono_literals;

namespace {

ProgramResult talk(std::vector<std::string> words, const std::string& input) {
  words.insert(words.begin(), {built_program("echopool"), "talk"});
  return run_program(words, input);
}

std::string random_bytes(std::size_t size) {
  std::mt19937 random{42};
  std::string bytes(size, '\0');
  for (char& byte : bytes) byte = static_cast<char>(random());
  return bytes;
}

bool contains(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

}  // namespace

BOOST_AUTO_TEST_CASE(a_line_comes_back) {
  const FaultyStreamEcho server;
  const auto result = talk({server.endpoint().to_string()}, "hello\n");
  BOOST_TEST(result.out == "hello\n");
  BOOST_TEST(result.err == "");
  BOOST_TEST(result.status == 0);
}

BOOST_AUTO_TEST_CASE(ten_megabytes_come_back_from_a_server_with_tiny_buffers_without_a_deadlock) {
  const FaultyStreamEcho server{{.receive_buffer = 4096, .send_buffer = 4096, .block = 512}};
  const std::string input = random_bytes(10 << 20);
  const auto result = talk({"--verify", "-v", server.endpoint().to_string()}, input);
  BOOST_TEST((result.out == input));
  BOOST_TEST(result.status == 0);
  BOOST_TEST(contains(result.err, "connected to " + server.endpoint().to_string() + " (tcp)"));
  BOOST_TEST(contains(result.err, "sent 10,485,760 bytes, received 10,485,760 bytes"));
  BOOST_TEST(contains(result.err, "verified: 10,485,760 bytes came back unchanged"));
}

BOOST_AUTO_TEST_CASE(the_first_corrupt_byte_is_named) {
  const FaultyStreamEcho server{{.corrupt_at = 123'456}};
  const auto result = talk({"--verify", server.endpoint().to_string()}, std::string(200'000, 'a'));
  BOOST_TEST(result.status == 1);
  BOOST_TEST(contains(result.err, "differs at offset 123,456: sent 0x61, received 0x9e"));
}

BOOST_AUTO_TEST_CASE(an_answer_that_ends_early_or_late_does_not_verify) {
  const FaultyStreamEcho early{{.close_after = 1000}};
  const auto cut = talk({"--verify", early.endpoint().to_string()}, std::string(5000, 'a'));
  BOOST_TEST(cut.status == 1);
  BOOST_TEST(contains(cut.err, "ends after 1,000 bytes of 5,000"), cut.err);

  const FaultyStreamEcho late{{.extra_at_end = 3}};
  const auto longer = talk({"--verify", late.endpoint().to_string()}, "hello");
  BOOST_TEST(longer.status == 1);
  BOOST_TEST(contains(longer.err, "differs at offset 5: sent nothing, received 0x2b"), longer.err);
}

BOOST_AUTO_TEST_CASE(a_broken_connection_is_an_error_that_keeps_what_had_arrived) {
  const FaultyStreamEcho server{{.reset_after = 5}};
  const auto result = talk({server.endpoint().to_string()}, "hello");
  BOOST_TEST(result.status == 1);
  BOOST_TEST(contains(result.err, "Connection reset by peer; the server broke the connection"), result.err);
}

BOOST_AUTO_TEST_CASE(a_port_without_a_service_is_told_with_the_next_step) {
  std::string closed_port;
  {
    const FaultyStreamEcho gone;
    closed_port = gone.endpoint().to_string();
  }
  const auto tcp = talk({closed_port}, "x");
  BOOST_TEST(tcp.status == 1);
  BOOST_TEST(tcp.err == "echopool talk: cannot connect to " + closed_port +
                            ": Connection refused; nothing listens there: is the service running, and on this port?\n");
  const auto udp = talk({"-u", closed_port}, "x");
  BOOST_TEST(udp.status == 1);
  BOOST_TEST(contains(udp.err, "ICMP port unreachable"), udp.err);
}

BOOST_AUTO_TEST_CASE(a_silent_server_ends_the_conversation_after_wait_or_quit) {
  const FaultyStreamEcho server{{.silent_after = 0, .keep_open = true}};
  const auto idle = talk({"-w", "50ms", server.endpoint().to_string()}, "hello");
  BOOST_TEST(idle.status == 1);
  BOOST_TEST(contains(idle.err, "nothing has moved to or from " + server.endpoint().to_string() + " for 50.0 ms"),
             idle.err);
  const auto quit = talk({"-q", "50ms", server.endpoint().to_string()}, "hello");
  BOOST_TEST(quit.status == 0);
  BOOST_TEST(quit.err == "");
  const auto unverified = talk({"-q", "50ms", "--verify", server.endpoint().to_string()}, "hello");
  BOOST_TEST(unverified.status == 1);
  BOOST_TEST(contains(unverified.err, "ends after 0 bytes of 5"), unverified.err);
}

BOOST_AUTO_TEST_CASE(a_server_that_never_reads_cannot_hold_the_client_beyond_wait) {
  const FaultyStreamEcho server{{.never_read = true, .receive_buffer = 4096}};
  const auto result = talk({"-w", "100ms", server.endpoint().to_string()}, random_bytes(8 << 20));
  BOOST_TEST(result.status == 1);
  BOOST_TEST(contains(result.err, "nothing has moved"), result.err);
}

BOOST_AUTO_TEST_CASE(both_directions_move_while_the_input_is_still_open) {
  const FaultyStreamEcho server;
  ProgramSettings settings;
  settings.keep_input_open = true;
  Program program{{built_program("echopool"), "talk", server.endpoint().to_string()}, "first\n", settings};
  BOOST_TEST(program.prints("first\n"));
  program.write("second\n");
  BOOST_TEST(program.prints("second\n"));
  const auto result = program.finish();
  BOOST_TEST(result.out == "first\nsecond\n");
  BOOST_TEST(result.status == 0);
}

BOOST_AUTO_TEST_CASE(ctrl_c_ends_it_with_the_totals_and_status_130) {
  const FaultyStreamEcho server;
  ProgramSettings settings;
  settings.keep_input_open = true;
  Program program{{built_program("echopool"), "talk", "-v", server.endpoint().to_string()}, "abc", settings};
  BOOST_TEST(program.prints("abc"));
  program.signal(SIGINT);
  BOOST_TEST(program.prints("sent 3 bytes, received 3 bytes"));
  BOOST_TEST(program.finish().status == 130);
}

BOOST_AUTO_TEST_CASE(lines_become_datagrams_and_an_empty_line_one_of_no_bytes) {
  const FaultyDatagramEcho server;
  const auto result = talk({"-u", "--lines", "-v", server.endpoint().to_string()}, "a\n\nb");
  BOOST_TEST(result.out == "a\n\nb\n");
  BOOST_TEST(server.received() == 3U);
  BOOST_TEST(contains(result.err, "sent 2 bytes in 3 datagrams, received 2 bytes in 3 datagrams"), result.err);
  BOOST_TEST(result.status == 0);
}

BOOST_AUTO_TEST_CASE(a_long_input_over_udp_is_not_sent_faster_than_it_is_answered) {
  const FaultyDatagramEcho server;
  const std::string input = random_bytes(4 << 20);
  const auto result = talk({"-u", "--verify", server.endpoint().to_string()}, input);
  BOOST_TEST((result.out == input));
  BOOST_TEST(result.status == 0, result.err);
}

BOOST_AUTO_TEST_CASE(lost_and_corrupt_datagrams_are_told_apart) {
  const FaultyDatagramEcho lossy{[](std::uint64_t index) {
    DatagramFault fault;
    fault.copies = index == 1 ? 0 : 2;
    return fault;
  }};
  const auto lost = talk({"-u", "--lines", "--verify", "-q", "300ms", lossy.endpoint().to_string()}, "a\nb\nc\n");
  BOOST_TEST(lost.status == 1);
  BOOST_TEST(contains(lost.err, "of 3 datagrams; the others were lost"), lost.err);

  const FaultyDatagramEcho liar{[](std::uint64_t index) {
    DatagramFault fault;
    if (index == 0) fault.corrupt = {2};
    return fault;
  }};
  const auto corrupt = talk({"-u", "--lines", "--verify", liar.endpoint().to_string()}, "abcd\n");
  BOOST_TEST(corrupt.status == 1);
  BOOST_TEST(contains(corrupt.err, "differs at offset 2: sent 0x63, received 0x9c"), corrupt.err);
}

BOOST_AUTO_TEST_CASE(names_are_resolved_and_their_addresses_tried_in_turn) {
  const FaultyStreamEcho server;  // on IPv4 only; localhost may name ::1 first
  const auto result = talk({"localhost", std::to_string(server.endpoint().port())}, "hello");
  BOOST_TEST(result.out == "hello");
  const auto unknown = talk({"no-such-host.invalid:7"}, "hello");
  BOOST_TEST(unknown.status == 1);
  BOOST_TEST(contains(unknown.err, "cannot resolve no-such-host.invalid:7: "), unknown.err);
}

BOOST_AUTO_TEST_CASE(ipv6_is_spoken_as_well) {
  const FaultyStreamEcho tcp{{}, "::1"};
  BOOST_TEST(talk({tcp.endpoint().to_string()}, "hello").out == "hello");
  const FaultyDatagramEcho udp{[](std::uint64_t) { return DatagramFault{}; }, "::1"};
  BOOST_TEST(talk({"-u", udp.endpoint().to_string()}, "hello").out == "hello");
  BOOST_TEST(talk({"-4", tcp.endpoint().to_string()}, "hello").status == 1);
}

BOOST_AUTO_TEST_CASE(output_that_is_not_taken_is_an_error_and_not_a_signal) {
  const FaultyStreamEcho server;
  const std::string command = built_program("echopool") + " talk " + server.endpoint().to_string() +
                              " 2>&1 < /dev/zero > /dev/full; echo status $?";
  BOOST_TEST(run_program({"sh", "-c", command}).out ==
             "echopool talk: cannot write standard output: No space left on device\nstatus 1\n");
}
