// Tests: check/
#include "faulty_datagram_echo.hpp"
#include "faulty_stream_echo.hpp"
#include "program.hpp"
#include "unique_fd.hpp"

#include <boost/test/unit_test.hpp>

#include <fcntl.h>

#include <algorithm>
#include <regex>

using namespace echopool;
using namespace echopool::test;
using namespace std::chrono_literals;

namespace {

ProgramResult check(std::vector<std::string> words) {
  words.insert(words.begin(), {built_program("echopool"), "check"});
  return run_program(words);
}

bool matches(const std::string& text, const char* pattern) { return std::regex_match(text, std::regex{pattern}); }

bool contains(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

}  // namespace

BOOST_AUTO_TEST_CASE(a_sound_service_is_ok_in_one_line_with_performance_data) {
  const FaultyStreamEcho tcp;
  const auto stream = check({"-H", "127.0.0.1", "-p", std::to_string(tcp.endpoint().port()), "-w", "5", "-c", "10"});
  BOOST_TEST(stream.status == 0);
  BOOST_TEST(matches(stream.out, R"(ECHO OK: 64 bytes came back in \S+ \S+ from 127\.0\.0\.1:\d+ \(tcp\) \| )"
                                 R"(time=\d+\.\d{6}s;5;10;0;10 connect=\d+\.\d{6}s;;;0;10 size=64B;;;0;\n)"),
             stream.out);
  const FaultyDatagramEcho udp;
  const auto datagram = check({"-u", udp.endpoint().to_string()});
  BOOST_TEST(datagram.status == 0);
  BOOST_TEST(matches(datagram.out, R"(ECHO OK: .*\(udp\) \| time=\S+ loss=0%;;;0;100 size=64B;;;0;\n)"), datagram.out);
}

BOOST_AUTO_TEST_CASE(thresholds_decide_between_ok_warning_and_critical) {
  const FaultyStreamEcho server{{.delay = 20ms}};
  const std::string address = server.endpoint().to_string();
  BOOST_TEST(check({"-w", "1ms", address}).status == 1);
  BOOST_TEST(check({"-w", "1ms", "-c", "2ms", address}).status == 2);
  BOOST_TEST(check({"-w", "1ms", "-c", "30", address}).status == 1);
  BOOST_TEST(check({"-c", "@0:1ms", address}).status == 0);
  BOOST_TEST(check({"-c", "30:", address}).status == 2);
  BOOST_TEST(contains(check({"-w", "1ms", address}).out, "ECHO WARNING: 64 bytes came back in "));
  BOOST_TEST(contains(check({"-w", "1ms", address}).out, ", against the range 0.001 |"));
}

BOOST_AUTO_TEST_CASE(a_wrong_answer_is_no_answer_whatever_came_back) {
  const FaultyStreamEcho corrupt{{.corrupt_at = 7}};
  const auto wrong = check({corrupt.endpoint().to_string()});
  BOOST_TEST(wrong.status == 2);
  BOOST_TEST(contains(wrong.out, "ECHO CRITICAL: the answer differs from what was sent at offset 7 |"), wrong.out);
  BOOST_TEST(check({"-M", "warn", corrupt.endpoint().to_string()}).status == 1);
  // Known as soon as it shows, though the rest never comes.
  const FaultyStreamEcho stuck{{.corrupt_at = 7, .silent_after = 20, .keep_open = true}};
  BOOST_TEST(contains(check({stuck.endpoint().to_string()}).out, "at offset 7 |"));
  const FaultyStreamEcho half{{.close_after = 40}};
  const auto ended = check({half.endpoint().to_string()});
  BOOST_TEST(contains(ended.out, "ECHO CRITICAL: the answer ends after 40 of 64 bytes |"), ended.out);
  BOOST_TEST(contains(ended.out, " size=40B;;;0;"), ended.out);
  const FaultyStreamEcho closing{{.close_after = 0}};
  const auto empty = check({closing.endpoint().to_string()});
  BOOST_TEST(empty.status == 2);
  BOOST_TEST(contains(empty.out, "ECHO CRITICAL: "), empty.out);
}

BOOST_AUTO_TEST_CASE(time_that_runs_out_is_critical) {
  const FaultyStreamEcho silent{{.silent_after = 10, .keep_open = true}};
  const auto stream = check({"-t", "0.2", silent.endpoint().to_string()});
  BOOST_TEST(stream.status == 2);
  BOOST_TEST(contains(stream.out, "ECHO CRITICAL: no complete answer within 200 ms from "), stream.out);
  const FaultyDatagramEcho lossy{[](std::uint64_t) {
    DatagramFault fault;
    fault.copies = 0;
    return fault;
  }};
  const auto datagram = check({"-u", "-t", "0.2", "--tries", "2", lossy.endpoint().to_string()});
  BOOST_TEST(datagram.status == 2);
  BOOST_TEST(contains(datagram.out, "none of 2 datagrams was answered within 200 ms"), datagram.out);
  BOOST_TEST(lossy.received() == 2U);
}

BOOST_AUTO_TEST_CASE(a_lost_datagram_is_sent_again_and_shows_as_loss) {
  const FaultyDatagramEcho server{[](std::uint64_t index) {
    DatagramFault fault;
    if (index == 0) fault.copies = 0;
    return fault;
  }};
  const auto result = check({"-u", "-t", "3", server.endpoint().to_string()});
  BOOST_TEST(result.status == 0);
  BOOST_TEST(contains(result.out, "loss=50%;;;0;100"), result.out);
}

BOOST_AUTO_TEST_CASE(a_refusal_is_what_the_caller_says_and_never_unknown) {
  std::string closed_port;
  {
    const FaultyStreamEcho gone;
    closed_port = gone.endpoint().to_string();
  }
  BOOST_TEST(check({closed_port}).status == 2);
  BOOST_TEST(check({"-r", "warn", closed_port}).status == 1);
  BOOST_TEST(check({"-r", "ok", closed_port}).status == 0);
  BOOST_TEST(check({"-u", "-r", "warn", closed_port}).status == 1);
  BOOST_TEST(contains(check({closed_port}).out, "connect=U;;;0;10"));
  BOOST_TEST(check({"-H", "no-such-host.invalid"}).status == 2);
}

BOOST_AUTO_TEST_CASE(a_wrong_command_line_is_unknown_on_standard_output) {
  const auto result = check({"-w", "20:10"});
  BOOST_TEST(result.status == 3);
  BOOST_TEST(contains(result.out, "ECHO UNKNOWN: --warning '20:10': not a range"), result.out);
  BOOST_TEST(std::count(result.out.begin(), result.out.end(), '\n') == 1);
  BOOST_TEST(result.err == "");
  BOOST_TEST(check({"--help"}).status == 3);
  BOOST_TEST(check({"--version"}).status == 3);
  BOOST_TEST(check({"--nonsense"}).status == 3);
  BOOST_TEST(check({"-H", "a", "b"}).status == 3);
}

BOOST_AUTO_TEST_CASE(a_result_that_cannot_be_written_is_unknown) {
  const FaultyStreamEcho server;
  const UniqueFd full{::open("/dev/full", O_WRONLY | O_CLOEXEC)};
  ProgramSettings settings;
  settings.descriptors = {{1, full.get()}};
  BOOST_TEST(run_program({built_program("echopool"), "check", server.endpoint().to_string()}, {}, settings).status ==
             3);
}

BOOST_AUTO_TEST_CASE(a_host_name_cannot_forge_a_second_line_or_performance_data) {
  const auto result = check({"-H", "no|such\nhost.invalid", "-t", "1"});
  BOOST_TEST(std::count(result.out.begin(), result.out.end(), '\n') == 1);
  BOOST_TEST(std::count(result.out.begin(), result.out.end(), '|') <= 1);
  BOOST_TEST(result.status >= 2);
}

BOOST_AUTO_TEST_CASE(a_text_of_ones_own_can_be_sent_and_another_expected) {
  const FaultyStreamEcho server;
  const std::string address = server.endpoint().to_string();
  BOOST_TEST(contains(check({"-s", "hello\\n", address}).out, "ECHO OK: 6 bytes"));
  BOOST_TEST(check({"-s", "hello", "-e", "ell", address}).status == 0);
  const auto other = check({"-s", "hello", "-e", "bye", "-t", "0.2", address});
  BOOST_TEST(other.status == 2);
  BOOST_TEST(contains(other.out, "ECHO CRITICAL: the answer does not contain what was expected |"), other.out);
  BOOST_TEST(check({"-s", "hello", "-e", "bye", "-t", "0.2", "-M", "warn", address}).status == 1);
}
