// Tests: deadlock/
#include "faulty_datagram_echo.hpp"
#include "faulty_stream_echo.hpp"
#include "json_reader.hpp"
#include "program.hpp"

#include <boost/test/unit_test.hpp>

#include <signal.h>

using namespace echopool;
using namespace echopool::test;
using namespace std::chrono_literals;

namespace {

/// Buffers so small that a stall is certain, whatever the machine's defaults are.
constexpr StreamFaults small_buffers{.receive_buffer = 16'384, .send_buffer = 16'384, .block = 8'192};

ProgramResult deadlock(std::vector<std::string> words) {
  words.insert(words.begin(), {built_program("echopool"), "deadlock", "--stall-timeout", "300ms"});
  return run_program(words);
}

JsonReader lesson(std::vector<std::string> words) {
  words.push_back("-J");
  return JsonReader{deadlock(words).out};
}

bool contains(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

}  // namespace

BOOST_AUTO_TEST_CASE(the_mistake_stalls_is_named_and_reading_makes_everything_flow_again) {
  const FaultyStreamEcho server{small_buffers};
  const auto result = lesson({"--bytes", "4M", server.endpoint().to_string()});
  BOOST_TEST(result.boolean("lesson.stalled"));
  BOOST_TEST(result.text("lesson.verdict") == "write-write");
  BOOST_TEST(result.number("lesson.written_bytes") < 4 << 20);
  BOOST_TEST(result.number("lesson.after.siocoutq_bytes") > 0);
  BOOST_TEST(result.number("lesson.after.siocinq_bytes") > 0);
  BOOST_TEST(result.number("lesson.before.tcpi_bytes_acked") == result.number("lesson.after.tcpi_bytes_acked"));
  BOOST_TEST(!result.is_null("lesson.levels.server_send_bytes"));  // the server is on this host
  BOOST_TEST(result.boolean("remedies.0.good"));
  BOOST_TEST(result.number("remedies.0.verified_bytes") == 4 << 20);
  BOOST_TEST(result.number("exit_status") == 0);
}

BOOST_AUTO_TEST_CASE(the_buffers_account_for_every_byte_written) {
  const FaultyStreamEcho server{small_buffers};
  const auto result = lesson({"--bytes", "4M", server.endpoint().to_string()});
  BOOST_TEST(result.number("lesson.levels.client_send_bytes") + result.number("lesson.levels.server_holds_bytes") +
                 result.number("lesson.levels.client_receive_bytes") ==
             result.number("lesson.written_bytes"));
}

BOOST_AUTO_TEST_CASE(every_remedy_brings_back_what_it_sent_or_says_why_not) {
  const FaultyStreamEcho server{small_buffers};
  const auto result = lesson({"--bytes", "1M", "--fix", "all", server.endpoint().to_string()});
  BOOST_TEST(result.size("remedies") == 4U);
  BOOST_TEST(result.text("remedies.0.name") == "reader-thread");
  BOOST_TEST(result.number("remedies.0.verified_bytes") == 1 << 20);
  BOOST_TEST(result.text("remedies.1.name") == "read-between");
  BOOST_TEST(result.number("remedies.1.verified_bytes") == 1 << 20);
  BOOST_TEST(result.text("remedies.2.name") == "smaller");
  BOOST_TEST(result.number("remedies.2.planned_bytes") < 1 << 20);
  BOOST_TEST(result.number("remedies.2.verified_bytes") == result.number("remedies.2.planned_bytes"));
  BOOST_TEST(result.text("remedies.3.name") == "timeout");
  BOOST_TEST(result.boolean("remedies.3.send_timed_out"));
  BOOST_TEST(result.number("remedies.3.verified_bytes") == result.number("remedies.3.sent_bytes"));
  for (int i = 0; i < 4; ++i) BOOST_TEST(result.boolean("remedies." + std::to_string(i) + ".good"));
}

BOOST_AUTO_TEST_CASE(buffers_that_swallow_everything_are_said_to_hide_the_mistake) {
  const FaultyStreamEcho server;
  const auto result = deadlock({"--bytes", "20K", "--window", "0", server.endpoint().to_string()});
  BOOST_TEST(result.status == 0);
  BOOST_TEST(contains(result.out, "were written without a single read"), result.out);
  BOOST_TEST(contains(result.out, "--until-stall"), result.out);
  BOOST_TEST(contains(result.out, "20,480 bytes sent, 20,480 bytes back"), result.out);
  BOOST_TEST(deadlock({"--bytes", "20K", "--expect", "stall", server.endpoint().to_string()}).status == 1);
  BOOST_TEST(deadlock({"--bytes", "20K", "--expect", "complete", server.endpoint().to_string()}).status == 0);
}

BOOST_AUTO_TEST_CASE(until_stall_goes_on_beyond_the_bytes_asked_for) {
  const FaultyStreamEcho server{small_buffers};
  const auto result = lesson({"--bytes", "1K", "--until-stall", "--expect", "stall", server.endpoint().to_string()});
  BOOST_TEST(result.boolean("lesson.stalled"));
  BOOST_TEST(result.number("lesson.written_bytes") > 1024);
  BOOST_TEST(result.number("remedies.0.verified_bytes") == result.number("lesson.written_bytes"));
  BOOST_TEST(result.number("exit_status") == 0);
}

BOOST_AUTO_TEST_CASE(a_server_that_only_takes_is_not_called_a_deadlock) {
  const FaultyStreamEcho server{{.never_read = true, .receive_buffer = 16'384}};
  const auto result = lesson({server.endpoint().to_string()});
  BOOST_TEST(result.text("lesson.verdict") == "peer-not-reading");
  BOOST_TEST(result.size("remedies") == 0U);
  BOOST_TEST(result.number("exit_status") == 1);
}

BOOST_AUTO_TEST_CASE(a_server_that_breaks_the_connection_leaves_no_verdict_and_fails) {
  StreamFaults faults = small_buffers;
  faults.reset_after = 20'000;
  const FaultyStreamEcho server{faults};
  for (const char* fix : {"none", "all"}) {
    const auto result = lesson({"--fix", fix, server.endpoint().to_string()});
    BOOST_TEST(result.number("lesson.errno") > 0);
    BOOST_TEST(result.text("lesson.verdict") == "none");
    BOOST_TEST(result.size("remedies") == 0U);
    BOOST_TEST(result.number("exit_status") == 1);
  }
  const auto text = deadlock({server.endpoint().to_string()});
  BOOST_TEST(contains(text.out, "The connection broke after "), text.out);
  BOOST_TEST(!contains(text.out, "Verdict"), text.out);
}

BOOST_AUTO_TEST_CASE(two_that_wait_for_each_other_to_speak_first_are_a_read_read_deadlock) {
  const FaultyStreamEcho server;
  const auto result = lesson({"--mistake", "read-read", "--bytes", "100K", server.endpoint().to_string()});
  BOOST_TEST(result.text("lesson.verdict") == "read-read");
  BOOST_TEST(result.boolean("remedies.0.good"));
}

BOOST_AUTO_TEST_CASE(a_remedy_that_brings_back_the_wrong_bytes_fails_with_the_offset) {
  StreamFaults faults = small_buffers;
  faults.corrupt_at = 100'000;
  const FaultyStreamEcho server{faults};
  const auto result = lesson({"--bytes", "2M", server.endpoint().to_string()});
  BOOST_TEST(result.number("exit_status") == 1);
  BOOST_TEST(result.number("remedies.0.corrupt_at") == 100'000);
  BOOST_TEST(result.text("remedies.0.failure") == "the byte at offset 100,000 is not what was sent");
}

BOOST_AUTO_TEST_CASE(over_udp_neither_side_waits_and_what_does_not_fit_is_lost) {
  const FaultyDatagramEcho server;
  const auto result = lesson({"-u", "--bytes", "2M", "--window", "4K", server.endpoint().to_string()});
  BOOST_TEST(result.number("datagrams.datagrams") == 2048);
  BOOST_TEST(result.number("datagrams.probes.lost") > 0);
  BOOST_TEST(result.number("datagrams.probes.on_time") > 0);
  BOOST_TEST(result.number("exit_status") == 0);
}

BOOST_AUTO_TEST_CASE(ctrl_c_in_the_middle_says_how_far_it_was) {
  const FaultyStreamEcho server{small_buffers};
  ProgramSettings settings;
  Program program{{built_program("echopool"), "deadlock", "--stall-timeout", "1h", server.endpoint().to_string()}};
  BOOST_TEST(program.prints("reading nothing"));
  program.signal(SIGINT);
  const auto result = program.finish();
  BOOST_TEST(contains(result.out, "Interrupted after "), result.out);
  BOOST_TEST(!contains(result.out, "half a deadlock"), result.out);
  BOOST_TEST(result.status == 1);
}

BOOST_AUTO_TEST_CASE(what_makes_no_sense_over_udp_is_refused) {
  for (const char* option : {"--until-stall", "--fix=all", "--mistake=read-read"})
    BOOST_TEST(deadlock({"-u", option}).status == 2);
}
