// Framed handlers in a server: under both disciplines, and a drip of bytes with fewer workers than peers.
// Tests: session_runner, session_input
#include "disciplines.hpp"
#include "eventually.hpp"
#include "printing.hpp"

#include <echopool/framing.hpp>

#include <atomic>
#include <string>
#include <vector>

using namespace echopool;
using namespace echopool::test;
using namespace std::chrono_literals;

namespace {

Next exclaim(Session& peer, std::string_view message) {
  peer.write(std::string{message} + "!\n");
  return Next::again;
}

bool ended_for(const RunningServer& server, EndReason reason) {
  return eventually([&] { return server.stats().ended_for(reason) == 1 && server.stats().open == 0; });
}

}  // namespace

ECHOPOOL_TEST(lines_in_pieces_and_many_in_one_are_answered_in_order) {
  RunningServer server{settings_for(idle), lines(1_KiB, exclaim)};
  Client client = server.connect();
  for (const char* piece : {"on", "e\r", "\ntwo\nth", "ree"}) client.send(piece);
  client.send("\n");
  BOOST_TEST(client.receive(17) == "one!\ntwo!\nthree!\n");
  std::string many;
  std::string expected;
  for (int i = 0; i < 2'000; ++i) {
    many += std::to_string(i) + "\n";
    expected += std::to_string(i) + "!\n";
  }
  client.send(many);
  BOOST_TEST(client.receive(expected.size()) == expected);
}

ECHOPOOL_TEST(delimited_messages_frames_and_blocks_are_answered) {
  RunningServer delimiter{settings_for(idle), delimited("\r\n\r\n", 1_KiB, exclaim)};
  Client one = delimiter.connect();
  one.send("a\r\nb\r\n\r\n");
  BOOST_TEST(one.receive(6) == "a\r\nb!\n");
  RunningServer length{settings_for(idle), frames<std::uint16_t>(1_KiB, exclaim)};
  Client two = length.connect();
  two.send(std::string{'\0', '\2', 'h', 'i'});
  BOOST_TEST(two.receive(4) == "hi!\n");
  RunningServer block{settings_for(idle), blocks<3>(exclaim)};
  Client three = block.connect();
  three.send("onetwo");
  BOOST_TEST(three.receive(10) == "one!\ntwo!\n");
}

ECHOPOOL_TEST(a_frame_larger_than_a_workers_buffer_comes_whole) {
  RunningServer server{settings_for(idle), frames<std::uint32_t>(4_MiB, [](Session& peer, std::string_view payload) {
                         bool same = true;
                         for (const char c : payload) same = same && c == 'x';
                         peer.write(std::to_string(payload.size()) + (same ? " same" : " different"));
                         return Next::close;
                       })};
  Client client = server.connect();
  client.send(std::string{'\0', '\x30', '\0', '\0'} + std::string(0x300000, 'x'));
  BOOST_TEST(client.receive_all() == "3145728 same");
}

ECHOPOOL_TEST(a_message_over_its_limit_ends_as_message_too_long_and_answers_before_it_arrive) {
  RunningServer server{settings_for(idle), lines(4_B, exclaim)};
  Client client = server.connect();
  client.send("four\nfive5 and no end");
  BOOST_TEST(client.receive_all() == "four!\n");
  client.close();
  BOOST_TEST(ended_for(server, EndReason::message_too_long));
}

ECHOPOOL_TEST(an_end_in_the_middle_of_a_message_ends_as_peer_closed) {
  RunningServer server{settings_for(idle), lines(1_KiB, exclaim)};
  Client client = server.connect();
  client.send("one\ntw");
  client.finish_sending();
  BOOST_TEST(client.receive_all() == "one!\n");
  client.close();
  BOOST_TEST(ended_for(server, EndReason::peer_closed));
}

ECHOPOOL_TEST(half_a_message_runs_into_the_limit_of_a_message) {
  ServerSettings settings = settings_for(idle);
  settings.timeouts.receive = 100ms;
  RunningServer server{settings, lines(1_KiB, exclaim)};
  Client client = server.connect();
  client.send("half");
  BOOST_TEST(client.ended_cleanly());
  client.close();
  BOOST_TEST(ended_for(server, EndReason::receive_timeout));
}

ECHOPOOL_TEST(a_drip_cannot_make_a_message_last_longer_than_its_limit) {
  ServerSettings settings = settings_for(idle);
  settings.timeouts.message = 200ms;
  RunningServer server{settings, lines(64_KiB, exclaim)};
  Client client = server.connect();
  for (int i = 0; i < 1'000 && !client.has_input(20ms); ++i) client.send("x");
  BOOST_TEST(client.receive_all() == "");
  client.close();
  BOOST_TEST(ended_for(server, EndReason::message_timeout));
}

ECHOPOOL_TEST(a_factory_keeps_a_state_for_each_connection) {
  RunningServer server{settings_for(idle), lines(1_KiB, [] {
                         return [sum = 0](Session& peer, std::string_view line) mutable {
                           sum += std::stoi(std::string{line});
                           peer.write(std::to_string(sum) + "\n");
                           return Next::again;
                         };
                       })};
  Client one = server.connect();
  Client two = server.connect();
  one.send("1\n2\n");
  BOOST_TEST(one.receive(4) == "1\n3\n");
  two.send("5\n");
  BOOST_TEST(two.receive(2) == "5\n");
}

ECHOPOOL_TEST(a_service_that_speaks_first_greets_and_goes_on_with_messages) {
  Server server{settings_for(idle)};
  server.serve_tcp(loopback(),
                   lines(1_KiB,
                         [](Session& peer, std::string_view line) {
                           peer.write(peer.opening() ? "hello\n" : std::string{line} + "!\n");
                           return Next::again;
                         }),
                   {.opens = Opens::server});
  server.start();
  Client client{server.endpoints().front()};
  BOOST_TEST(client.receive(6) == "hello\n");
  client.send("x\n");
  BOOST_TEST(client.receive(3) == "x!\n");
}

BOOST_AUTO_TEST_CASE(a_drip_of_bytes_from_more_peers_than_workers_delays_nobody) {
  ServerSettings settings = settings_for(IdleConnections::park);
  settings.pool.workers = 1;
  // Out of reach: a worker that waits for one of these peers would wait longer than the test.
  settings.timeouts.idle = settings.timeouts.receive = settings.timeouts.message = 1h;
  RunningServer server{settings, lines(1_KiB, exclaim)};
  std::vector<Client> slow;
  for (int i = 0; i < 8; ++i) slow.push_back(server.connect());
  Client honest = server.connect();
  for (const char byte : std::string_view{"half and half"}) {
    for (Client& client : slow) client.send(std::string(1, byte));
    honest.send("hello\n");
    BOOST_TEST(honest.receive(7) == "hello!\n");
  }
  for (Client& client : slow) client.send("\n");
  for (Client& client : slow) BOOST_TEST(client.receive(15) == "half and half!\n");
}
