// Tests: load/, clock, epoll_socket, socket_setup, text_table, waiting
#include "eventually.hpp"
#include "faulty_datagram_echo.hpp"
#include "faulty_stream_echo.hpp"
#include "json_reader.hpp"
#include "program.hpp"
#include "temporary_directory.hpp"

#include <boost/test/unit_test.hpp>

#include <signal.h>

#include <thread>

using namespace echopool;
using namespace echopool::test;
using namespace std::chrono_literals;

namespace {

ProgramResult load(std::vector<std::string> words) {
  words.insert(words.begin(), {built_program("echopool"), "load"});
  return run_program(words);
}

JsonReader measured(std::vector<std::string> words) {
  words.push_back("-J");
  return JsonReader{load(words).out};
}

bool contains(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

std::string dead_address() {
  const FaultyStreamEcho gone;
  return gone.endpoint().to_string();
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_closed_loop_measures_exactly_as_many_requests_as_asked) {
  const FaultyStreamEcho server;
  for (const auto& more : std::vector<std::vector<std::string>>{
           {}, {"--pipeline", "16"}, {"-c", "1"}, {"-c", "5", "-T", "3"}, {"-l", "1"}, {"-l", "100000", "-c", "3"}}) {
    std::vector<std::string> words{"-n", "500", server.endpoint().to_string()};
    words.insert(words.end(), more.begin(), more.end());
    const auto result = measured(words);
    BOOST_TEST(result.number("requests.answered") == 500);
    BOOST_TEST(result.number("requests.sent") == 500);
    BOOST_TEST(result.number("requests.lost") == 0);
    BOOST_TEST(result.number("service.count") == 500);
    BOOST_TEST(result.number("bytes.verified") == 500 * result.number("options.request_bytes"));
    BOOST_TEST(result.is_null("response"));
    BOOST_TEST(result.number("exit_status") == 0);
  }
}

BOOST_AUTO_TEST_CASE(answers_as_large_as_a_buffer_are_followed_by_the_next_request) {
  const FaultyStreamEcho server{{.block = 1 << 20}};
  for (const char* size : {"32K", "64K", "128K", "1000000"}) {
    const auto result = run_program(
        {built_program("echopool"), "load", "-n", "50", "-c", "2", "-l", size, "-J", server.endpoint().to_string()});
    BOOST_TEST(JsonReader{result.out}.number("requests.answered") == 50, size);
  }
}

BOOST_AUTO_TEST_CASE(an_open_loop_sends_what_its_schedule_says_over_tcp_and_udp) {
  const FaultyStreamEcho tcp;
  const FaultyDatagramEcho udp;
  for (const auto& words : std::vector<std::vector<std::string>>{
           {"-R", "1000", "-t", "300ms", "-c", "4", tcp.endpoint().to_string()},
           {"-R", "1000", "-t", "300ms", "-c", "4", "-T", "2", "-u", udp.endpoint().to_string()},
           {"-R", "200", "-t", "300ms", "-c", "4", "--new-conn", tcp.endpoint().to_string()}}) {
    const auto result = measured(words);
    const double due = words[1] == "200" ? 60 : 300;
    BOOST_TEST(result.number("requests.answered") + result.number("requests.lost") == due);
    BOOST_TEST(result.number("response.count") == result.number("requests.answered"));
    BOOST_TEST(result.number("response.mean_ns") >= result.number("service.mean_ns"));
    BOOST_TEST(result.number("send_lag.count") == result.number("requests.sent"));
  }
}

BOOST_AUTO_TEST_CASE(an_open_loop_counts_the_wait_that_a_slow_service_causes) {
  // Each answer takes 20 ms, and 100 a second are asked for over one connection: a closed loop would report 20 ms.
  const FaultyStreamEcho server{{.delay = 20ms, .block = 64}};
  const auto result = measured({"-R", "100", "-n", "40", "-c", "1", "-W", "10s", server.endpoint().to_string()});
  BOOST_TEST(result.number("requests.answered") == 40);
  BOOST_TEST(result.number("response.max_ns") > 300e6);
}

BOOST_AUTO_TEST_CASE(an_open_loop_that_is_held_up_over_its_end_still_sends_what_was_due) {
  const FaultyStreamEcho server;
  Program program{{built_program("echopool"), "load", "-c", "4", "-R", "10000", "-t", "400ms", "-J",
                   server.endpoint().to_string()}};
  BOOST_REQUIRE(eventually([&] { return server.answered() > 0; }));  // it has begun
  program.signal(SIGSTOP);
  std::this_thread::sleep_for(500ms);  // of its own clock: past its end
  program.signal(SIGCONT);
  const JsonReader result{program.finish().out};
  BOOST_TEST(result.number("requests.sent") == 4000);
  BOOST_TEST(result.number("requests.answered") == 4000);
  BOOST_TEST(result.number("response.max_ns") > 200e6);
}

BOOST_AUTO_TEST_CASE(the_warm_up_is_not_measured) {
  const FaultyStreamEcho server;
  const auto result = measured({"-R", "1000", "--warm-up", "200ms", "-t", "100ms", server.endpoint().to_string()});
  BOOST_TEST(result.number("requests.answered") + result.number("requests.lost") == 100);
  BOOST_TEST(result.number("bytes.sent") == 300 * 64);
  const FaultyDatagramEcho udp;
  const auto datagrams =
      measured({"-u", "-R", "1000", "--warm-up", "200ms", "-t", "100ms", udp.endpoint().to_string()});
  BOOST_TEST(datagrams.number("probes.on_time") + datagrams.number("probes.late") + datagrams.number("probes.lost") ==
             100);
}

BOOST_AUTO_TEST_CASE(every_fault_of_a_datagram_is_counted_in_its_own_class_and_exactly) {
  const FaultyDatagramEcho server{[](std::uint64_t index) {
    DatagramFault fault;
    switch (index % 10) {
      case 1:
        fault.copies = 0;
        break;
      case 2:
        fault.copies = 2;
        break;
      case 4:
        fault.corrupt = {60};
        break;
      case 6:
        fault.cut = 10;
        break;
      case 7:
        fault.stray = true;
        break;
      default:
        break;
    }
    return fault;
  }};
  const auto result =
      measured({"-u", "-n", "100", "-c", "1", "-W", "100ms", "-l", "100", server.endpoint().to_string()});
  BOOST_TEST(result.number("requests.sent") == 100);
  BOOST_TEST(result.number("requests.answered") == 70);
  BOOST_TEST(result.number("requests.corrupt") == 20);
  BOOST_TEST(result.number("requests.lost") == 10);
  BOOST_TEST(result.number("probes.corrupt") == 10);
  BOOST_TEST(result.number("probes.truncated") == 10);
  BOOST_TEST(result.number("probes.duplicates") == 10);
  BOOST_TEST(result.number("probes.strays") == 10);
  BOOST_TEST(result.number("requests.loss_ratio") == 0.3);
  BOOST_TEST(result.number("exit_status") == 1);
}

BOOST_AUTO_TEST_CASE(a_damaged_byte_makes_one_request_of_a_stream_corrupt) {
  const FaultyStreamEcho server{{.corrupt_at = 6400}};
  const auto result = measured({"-n", "300", "-c", "1", server.endpoint().to_string()});
  BOOST_TEST(result.number("requests.answered") == 299);
  BOOST_TEST(result.number("requests.corrupt") == 1);
  BOOST_TEST(result.number("exit_status") == 1);
}

BOOST_AUTO_TEST_CASE(broken_connections_cost_their_requests_and_are_opened_again) {
  const FaultyStreamEcho server{{.close_after = 640}};
  const auto result = measured({"-n", "35", "-c", "1", server.endpoint().to_string()});
  BOOST_TEST(result.number("requests.answered") + result.number("requests.lost") == 35);
  BOOST_TEST(result.number("requests.lost") == 3);
  BOOST_TEST(result.number("connections.opened") == 4);
  double broken = 0;  // closed or, where our next request met the closed socket, reset
  for (std::size_t i = 0; i < result.size("connections.broken"); ++i)
    broken += result.number("connections.broken." + std::to_string(i) + ".count");
  BOOST_TEST(broken == 3);
}

BOOST_AUTO_TEST_CASE(new_connections_are_made_measured_and_closed_for_each_request) {
  const FaultyStreamEcho server;
  const auto fresh = measured({"--new-conn", "-n", "200", "-c", "4", server.endpoint().to_string()});
  BOOST_TEST(fresh.number("requests.answered") == 200);
  BOOST_TEST(fresh.number("connections.opened") == 200);
  BOOST_TEST(fresh.number("connections.connect.count") == 200);
  const auto reset = measured({"--new-conn", "--reset", "-n", "50", "-c", "2", server.endpoint().to_string()});
  BOOST_TEST(reset.number("requests.answered") == 50);
  const auto connect = measured({"--connect-only", "-n", "200", "-c", "4", server.endpoint().to_string()});
  BOOST_TEST(connect.number("requests.answered") == 200);
  BOOST_TEST(connect.number("bytes.sent") == 0);
}

BOOST_AUTO_TEST_CASE(rows_are_printed_while_it_runs_and_add_up) {
  const FaultyStreamEcho server;
  const auto result = measured({"-R", "1000", "-t", "500ms", "-i", "100ms", server.endpoint().to_string()});
  BOOST_TEST(result.size("intervals") >= 5U);
  double answered = 0;
  double sent = 0;
  for (std::size_t i = 0; i < result.size("intervals"); ++i) {
    answered += result.number("intervals." + std::to_string(i) + ".answered");
    sent += result.number("intervals." + std::to_string(i) + ".sent");
  }
  BOOST_TEST(answered == result.number("requests.answered"));
  BOOST_TEST(sent == result.number("requests.sent"));
  const auto text = load({"-t", "250ms", "-i", "100ms", server.endpoint().to_string()});
  BOOST_TEST(contains(text.out, "  0.0-0.1 "), text.out);
  BOOST_TEST(contains(text.out, "  0.1-0.2 "), text.out);
  BOOST_TEST(contains(text.out, "  0.2-0.2 "), text.out);  // half a row
}

BOOST_AUTO_TEST_CASE(a_condition_of_fail_if_decides_the_exit_status) {
  const FaultyStreamEcho server;
  const std::string address = server.endpoint().to_string();
  BOOST_TEST(load({"-n", "100", "--fail-if", "loss>0,p50>10s", address}).status == 0);
  const auto failed = load({"-n", "100", "--fail-if", "p50>1ns", address});
  BOOST_TEST(failed.status == 1);
  BOOST_TEST(contains(failed.out, "FAILED p50>1ns: it was "), failed.out);
  BOOST_TEST(load({"--fail-if", "p50=1", address}).status == 2);
}

BOOST_AUTO_TEST_CASE(a_service_that_is_not_there_is_an_error_at_once) {
  const std::string address = dead_address();
  const auto tcp = load({address});
  BOOST_TEST(tcp.status == 1);
  BOOST_TEST(contains(tcp.err, "cannot connect to " + address + ": Connection refused; nothing listens there"),
             tcp.err);
  const auto udp = measured({"-u", "-n", "10", "-c", "1", "-W", "100ms", address});
  BOOST_TEST(udp.number("exit_status") == 1);
  BOOST_TEST(udp.number("requests.answered") == 0);
  BOOST_TEST(udp.number("requests.lost") == 10);
}

BOOST_AUTO_TEST_CASE(what_is_no_echo_is_found_out) {
  const FaultyStreamEcho silent{{.silent_after = 0}};
  const auto lost = measured({"-n", "4", "-c", "4", "-W", "100ms", silent.endpoint().to_string()});
  BOOST_TEST(lost.number("requests.lost") == 4);
  BOOST_TEST(lost.number("exit_status") == 1);
}

BOOST_AUTO_TEST_CASE(ctrl_c_ends_the_run_and_sums_it_up) {
  const FaultyStreamEcho server;
  Program program{{built_program("echopool"), "load", "-t", "1h", "-i", "50ms", "-J", server.endpoint().to_string()}};
  BOOST_REQUIRE(eventually([&] { return server.answered() > 0; }));
  program.signal(SIGINT);
  const JsonReader json{program.finish().out};
  BOOST_TEST(json.boolean("interrupted"));
  BOOST_TEST(json.number("connections.opened") == static_cast<double>(server.accepted()));
}

BOOST_AUTO_TEST_CASE(a_termination_sums_it_up_even_when_it_is_asked_for_twice_at_once) {
  const FaultyStreamEcho server;
  Program program{{built_program("echopool"), "load", "-t", "1h", "-J", server.endpoint().to_string()}};
  BOOST_REQUIRE(eventually([&] { return server.answered() > 0; }));
  for (int i = 0; i < 20; ++i) program.signal(SIGTERM);  // timeout(1) signals the process, and then its group
  const auto result = program.finish();
  BOOST_TEST(result.status == 0);
  const JsonReader json{result.out};
  BOOST_TEST(json.boolean("interrupted"));
  BOOST_TEST(json.number("requests.answered") > 0);
}

BOOST_AUTO_TEST_CASE(requests_that_were_due_and_could_not_be_sent_are_losses) {
  const FaultyStreamEcho deaf{{.never_read = true}};
  const auto result = load({"-R", "200", "-t", "500ms", "-W", "100ms", "-c", "2", "-l", "1M", "--fail-if",
                            "loss>99%,rate<1", "-J", deaf.endpoint().to_string()});
  BOOST_TEST(result.status == 1);
  const JsonReader json{result.out};
  BOOST_TEST(json.number("requests.due") == 100);
  BOOST_TEST(json.number("requests.unsent") > 0);
  BOOST_TEST(json.number("requests.unsent") + json.number("requests.lost") == 100);
  BOOST_TEST(json.number("response.count") == 100);
  BOOST_TEST(json.number("response.unanswered") == 100);
  BOOST_TEST(json.number("requests.loss_ratio") == 1);
  BOOST_TEST(json.size("failed_conditions") == 2U);
}

BOOST_AUTO_TEST_CASE(an_interval_that_was_expected_of_a_closed_loop_brings_back_what_it_left_out) {
  const FaultyStreamEcho server{{.delay = 20ms}};
  const auto result = measured({"-n", "20", "-c", "1", "--expected-interval", "2ms", server.endpoint().to_string()});
  BOOST_TEST(result.number("service.count") == 20);
  BOOST_TEST(result.number("corrected.count") >= 200);
  BOOST_TEST(result.number("corrected.p50_ns") < result.number("service.p50_ns"));
  BOOST_TEST(load({"-R", "10", "--expected-interval", "1ms", server.endpoint().to_string()}).status == 2);
}

BOOST_AUTO_TEST_CASE(the_distribution_is_written_for_the_tools_that_plot_it) {
  const FaultyStreamEcho server;
  const TemporaryDirectory directory;
  const std::string path = directory / "times.hgrm";
  BOOST_TEST(load({"-n", "500", "--hdr", path, server.endpoint().to_string()}).status == 0);
  const std::string text = contents(path);
  BOOST_TEST(contains(text, "       Value     Percentile TotalCount 1/(1-Percentile)"), text);
  BOOST_TEST(contains(text, "Total count    =          500]"), text);
  const auto nowhere = load({"-n", "1", "--hdr", "/nonexistent/file", server.endpoint().to_string()});
  BOOST_TEST(nowhere.status == 2);
  BOOST_TEST(contains(nowhere.err, "--hdr /nonexistent/file: No such file or directory"), nowhere.err);
}

BOOST_AUTO_TEST_CASE(options_that_contradict_each_other_are_refused) {
  for (const auto& words : std::vector<std::vector<std::string>>{{"-t", "1", "-n", "1"},
                                                                 {"-u", "--new-conn"},
                                                                 {"--new-conn", "--connect-only"},
                                                                 {"-R", "10", "--pipeline", "2"},
                                                                 {"--reset"},
                                                                 {"-u", "-l", "10"},
                                                                 {"-R", "0"},
                                                                 {"-t", "0"},
                                                                 {"-c", "0"}})
    BOOST_TEST(load(words).status == 2);
}

BOOST_AUTO_TEST_CASE(datagrams_that_are_all_refused_are_told_as_refused) {
  std::string closed_port;
  {
    const FaultyDatagramEcho gone;
    closed_port = gone.endpoint().to_string();
  }
  const auto text = run_program({built_program("echopool"), "load", "-u", "-R", "100", "-t", "0.2", closed_port});
  BOOST_TEST(text.status == 1);
  BOOST_TEST(text.out.find("refused: ") != std::string::npos, text.out);
  BOOST_TEST(text.out.find("verified") == std::string::npos, text.out);
  const auto json = run_program({built_program("echopool"), "load", "-u", "-R", "100", "-t", "0.2", "-J", closed_port});
  const JsonReader result{json.out};
  BOOST_TEST(result.number("requests.answered") == 0);
  BOOST_TEST(result.number("span_ns") == 0);
  BOOST_TEST(result.number("probes.refused") > 0);
}
