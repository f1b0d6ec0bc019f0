// Tests: ping/, interrupts, kernel_times
#include "eventually.hpp"
#include "faulty_datagram_echo.hpp"
#include "faulty_stream_echo.hpp"
#include "json_reader.hpp"
#include "program.hpp"
#include "sockaddr.hpp"
#include "unique_fd.hpp"

#include <boost/test/unit_test.hpp>

#include <signal.h>
#include <sys/socket.h>

#include <array>

using namespace echopool;
using namespace echopool::test;
using namespace std::chrono_literals;

namespace {

ProgramResult ping(std::vector<std::string> words) {
  words.insert(words.begin(), {built_program("echopool"), "ping"});
  return run_program(words);
}

/// The JSON result of a ping with these words.
JsonReader measured(std::vector<std::string> words) {
  words.push_back("-J");
  return JsonReader{ping(words).out};
}

bool contains(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

/// Its queue of connections is full and nothing is taken out of it: an attempt to connect gets no answer.
class FullListener {
 public:
  FullListener() {
    const SocketAddress any = to_sockaddr(Endpoint::parse("127.0.0.1:0"));
    BOOST_REQUIRE(::bind(listener_.get(), any.get(), any.length) == 0);
    BOOST_REQUIRE(::listen(listener_.get(), 0) == 0);
    const SocketAddress address = to_sockaddr(endpoint());
    for (UniqueFd& socket : queue_) {
      socket = UniqueFd{::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)};
      static_cast<void>(::connect(socket.get(), address.get(), address.length));
    }
  }
  [[nodiscard]] Endpoint endpoint() const { return local_endpoint(listener_.get()); }

 private:
  UniqueFd listener_{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
  std::array<UniqueFd, 4> queue_;
};

}  // namespace

BOOST_AUTO_TEST_CASE(every_probe_is_answered_by_a_sound_service_over_tcp_and_udp) {
  const FaultyStreamEcho tcp;
  const FaultyDatagramEcho udp;
  for (const auto& words :
       std::vector<std::vector<std::string>>{{"-A", "-c", "200", tcp.endpoint().to_string()},
                                             {"-A", "-c", "200", "-u", udp.endpoint().to_string()},
                                             {"-A", "-c", "20", "-s", "1M", tcp.endpoint().to_string()},
                                             {"-A", "-c", "20", "-s", "65507", "-u", udp.endpoint().to_string()},
                                             {"-A", "-c", "20", "--connect", tcp.endpoint().to_string()}}) {
    const auto result = ping(words);
    BOOST_TEST(result.status == 0);
    BOOST_TEST(contains(result.out, words[2] + " sent, " + words[2] + " answered (0 % loss) in "), result.out);
  }
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
      case 3:
        fault.copies = 3;
        break;
      case 4:
        fault.corrupt = {60};
        break;
      case 5:
        fault.corrupt = {9};
        break;  // in the header: the run's number
      case 6:
        fault.cut = 10;
        break;
      case 7:
        fault.stray = true;
        break;
      case 8:
        fault.delay = 60ms;
        break;  // three others overtake it
      default:
        break;
    }
    return fault;
  }};
  const auto result =
      measured({"-u", "-c", "100", "-i", "2ms", "-W", "1s", "-s", "100", server.endpoint().to_string()});
  BOOST_TEST(result.number("probes.sent") == 100);
  BOOST_TEST(result.number("probes.on_time") == 60);
  BOOST_TEST(result.number("probes.lost") == 10);
  BOOST_TEST(result.number("probes.duplicates") == 30);
  BOOST_TEST(result.number("probes.corrupt") == 20);
  BOOST_TEST(result.number("probes.truncated") == 10);
  BOOST_TEST(result.number("probes.strays") == 10);
  BOOST_TEST(result.number("probes.reordered") == 10);
  BOOST_TEST(result.number("probes.late") == 0);
  BOOST_TEST(result.number("probes.loss_ratio") == 0.4);
  BOOST_TEST(result.number("round_trip.count") == 60);
}

BOOST_AUTO_TEST_CASE(a_late_answer_is_told_from_a_lost_one) {
  const FaultyDatagramEcho server{[](std::uint64_t index) {
    DatagramFault fault;
    if (index == 0) fault.delay = 800ms;
    if (index == 1) fault.copies = 0;
    return fault;
  }};
  const auto result = ping({"-u", "-c", "4", "-i", "400ms", "-W", "500ms", server.endpoint().to_string()});
  BOOST_TEST(contains(result.out, "no answer in time: seq=1\n"), result.out);
  BOOST_TEST(contains(result.out, "LATE"), result.out);
  BOOST_TEST(contains(result.out, "1 lost, 1 late"), result.out);
}

BOOST_AUTO_TEST_CASE(a_damaged_byte_of_a_stream_is_told_and_the_rest_goes_on) {
  const FaultyStreamEcho server{{.corrupt_at = 64 * 3 + 10}};
  const auto result = ping({"-A", "-c", "10", server.endpoint().to_string()});
  BOOST_TEST(contains(result.out, "seq=4 CORRUPT@10"), result.out);
  BOOST_TEST(contains(result.out, "10 sent, 9 answered (10 % loss), 1 corrupt"), result.out);
}

BOOST_AUTO_TEST_CASE(a_connection_that_breaks_costs_its_probes_and_the_next_one_opens_another) {
  const FaultyStreamEcho server{{.reset_after = 64 * 4}};
  const auto result = ping({"-c", "7", "-i", "20ms", server.endpoint().to_string()});
  BOOST_TEST(result.status == 0);
  BOOST_TEST(contains(result.out, "ended: "), result.out);
  BOOST_TEST(contains(result.out, "connected to " + server.endpoint().to_string() + " again"), result.out);
  BOOST_TEST(server.accepted() >= 2U);
}

BOOST_AUTO_TEST_CASE(no_service_there_is_status_1_and_each_refusal_is_told) {
  std::string closed_port;
  {
    const FaultyDatagramEcho gone;
    closed_port = gone.endpoint().to_string();
  }
  const auto udp = ping({"-u", "-c", "3", "-i", "20ms", closed_port});
  BOOST_TEST(udp.status == 1);
  BOOST_TEST(contains(udp.out, "seq=2 Connection refused"), udp.out);
  BOOST_TEST(contains(udp.out, "3 sent, 0 answered (100 % loss), 3 refused"), udp.out);
  BOOST_TEST(ping({"-c", "3", closed_port}).status == 1);
  const auto connect = ping({"--connect", "-c", "3", "-i", "20ms", closed_port});
  BOOST_TEST(connect.status == 1);
  BOOST_TEST(contains(connect.out, "3 refused"), connect.out);
}

BOOST_AUTO_TEST_CASE(ctrl_c_sums_up_what_there_is_and_does_not_count_what_is_in_flight_as_lost) {
  const FaultyDatagramEcho server{[](std::uint64_t index) {
    DatagramFault fault;
    if (index > 0) fault.copies = 0;
    return fault;
  }};
  Program program{{built_program("echopool"), "ping", "-u", "-i", "10ms", "-W", "60s", server.endpoint().to_string()}};
  BOOST_TEST(program.prints("seq=1 time="));
  BOOST_TEST(eventually([&] { return server.received() >= 5; }));
  program.signal(SIGQUIT);
  BOOST_TEST(program.prints(", median "));
  program.signal(SIGINT);
  const auto result = program.finish();
  BOOST_TEST(result.status == 0);
  BOOST_TEST(contains(result.out, "1 answered (0 % loss), "), result.out);
  BOOST_TEST(contains(result.out, " in flight"), result.out);
}

BOOST_AUTO_TEST_CASE(the_json_result_is_one_object_even_when_everything_fails) {
  const FaultyDatagramEcho server;
  const JsonReader good = measured({"-u", "-A", "-c", "30", server.endpoint().to_string()});
  BOOST_TEST(good.text("schema") == "echopool/ping");
  BOOST_TEST(good.number("schema_version") == 2);
  BOOST_TEST(good.text("target.transport") == "udp");
  BOOST_TEST(good.number("round_trip.p50_ns") > 0);
  BOOST_TEST(good.is_null("round_trip.p99_ns"));
  BOOST_TEST(good.is_null("error"));
  const JsonReader usage = measured({"--count", "none"});
  BOOST_TEST(usage.number("exit_status") == 2);
  BOOST_TEST(contains(usage.text("error.message"), "must be a whole number"));
  const JsonReader network = measured({"no-such-host.invalid"});
  BOOST_TEST(network.number("exit_status") == 1);
  BOOST_TEST(contains(network.text("error.message"), "cannot resolve"));
}

BOOST_AUTO_TEST_CASE(what_makes_no_sense_together_is_refused) {
  BOOST_TEST(contains(ping({"-u", "--connect"}).err, "does not go with -u"));
  BOOST_TEST(contains(ping({"-u", "-s", "10"}).err, "must be from 48 to 65,507 bytes"));
  BOOST_TEST(contains(ping({"-t", "0"}).err, "must be a whole number from 1 to 255"));
}

BOOST_AUTO_TEST_CASE(an_oversized_datagram_that_may_not_be_fragmented_is_not_sent_and_says_so) {
  // 65,507 bytes and the headers of IPv6 are more than the 65,536 of the loopback interface.
  const FaultyDatagramEcho server{[](std::uint64_t) { return DatagramFault{}; }, "::1"};
  const auto result = ping({"-u", "-c", "1", "-s", "65507", "-M", "do", server.endpoint().to_string()});
  BOOST_TEST(result.status == 1);
  BOOST_TEST(contains(result.out, "not sent: seq=1 "), result.out);
  BOOST_TEST(contains(result.out, "0 sent, 0 answered (0 % loss), 1 not sent"), result.out);
}

BOOST_AUTO_TEST_CASE(a_pipe_gets_no_colours_and_no_control_characters) {
  const FaultyDatagramEcho server{[](std::uint64_t) {
    DatagramFault fault;
    fault.copies = 2;
    return fault;
  }};
  const auto result = ping({"-u", "-A", "-c", "50", "--histogram", server.endpoint().to_string()});
  BOOST_TEST(!contains(result.out, "\033"));
  BOOST_TEST(!contains(result.out, "\r"));
}

BOOST_AUTO_TEST_CASE(a_deadline_covers_connecting) {
  // A listener whose queue is full, and that takes nothing out of it, leaves a connection attempt without an answer.
  const FullListener nobody_accepts;
  const auto start = std::chrono::steady_clock::now();
  for (const char* option : {"-w", "--connect-timeout"}) {
    const auto result = ping({option, "200ms", nobody_accepts.endpoint().to_string()});
    BOOST_TEST(result.status == 1);
    BOOST_TEST(contains(result.err, "Connection timed out"), result.err);
  }
  BOOST_TEST((std::chrono::steady_clock::now() - start < 9s));  // each would take ten seconds
}

BOOST_AUTO_TEST_CASE(the_summary_tells_of_connections_that_ended) {
  const FaultyStreamEcho server{{.close_after = 640}};
  const auto result = ping({"-q", "-A", "-c", "35", server.endpoint().to_string()});
  BOOST_TEST(contains(result.out, " disconnections in "), result.out);
  BOOST_TEST(contains(result.out, "note: the connection ended "), result.out);
}
