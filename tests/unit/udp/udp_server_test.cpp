// Tests: udp_loop
#include "udp/udp_server.hpp"

#include "printing.hpp"
#include "running_udp_server.hpp"
#include "sockaddr.hpp"

#include <echopool/error.hpp>

#include <boost/test/unit_test.hpp>

#include <netinet/in.h>
#include <sys/socket.h>

#include <atomic>
#include <cerrno>
#include <memory>
#include <string>
#include <thread>
#include <vector>

using namespace echopool;
using namespace echopool::test;

BOOST_FIXTURE_TEST_CASE(datagrams_are_answered_and_counted, RunningUdpServer) {
  serve(without_limits());
  BOOST_TEST(peer.ask(endpoint, "hello").bytes == "hello");
  BOOST_TEST(peer.ask(endpoint, "").bytes.empty());
  BOOST_TEST(peer.ask(endpoint, "!").from == endpoint);
  BOOST_REQUIRE(eventually([&] { return server->stats().answered == 3; }));
  const UdpStats stats = server->stats();
  BOOST_TEST(stats.received == 3U);
  BOOST_TEST(stats.received_bytes == 6U);
  BOOST_TEST(stats.answered_bytes == 6U);
  for (std::size_t i = 0; i < drop_reasons; ++i) BOOST_TEST(stats.dropped[i] == 0U);
}

BOOST_FIXTURE_TEST_CASE(every_socket_has_its_own_handler_and_all_share_one_thread, RunningUdpServer) {
  std::atomic<std::thread::id> first;
  std::atomic<std::thread::id> second;
  prepare(without_limits(), [&first](Datagram& datagram) {
    first = std::this_thread::get_id();
    echo_datagram(datagram);
  });
  const Endpoint v6 = server
                          ->bind(Endpoint::parse("[::1]:0"), {},
                                 [&second](Datagram& datagram) {
                                   second = std::this_thread::get_id();
                                   datagram.reply(datagram.data().first(1));
                                 })
                          .front();
  server->start();
  UdpPeer v6_peer{Endpoint::parse("[::1]:0")};
  BOOST_TEST(peer.ask(endpoint, "four").bytes == "four");
  BOOST_TEST(v6_peer.ask(v6, "six").bytes == "s");
  BOOST_TEST(first.load() == second.load());
}

BOOST_FIXTURE_TEST_CASE(a_handler_need_not_answer, RunningUdpServer) {
  serve(without_limits(), [](Datagram& datagram) {
    if (datagram.data().size() > 1) echo_datagram(datagram);
  });
  peer.send(endpoint, "x");
  BOOST_TEST(peer.ask(endpoint, "yes").bytes == "yes");
  BOOST_TEST(server->stats().received == 2U);
  BOOST_TEST(!peer.receive_now().has_value());
}

BOOST_FIXTURE_TEST_CASE(a_handler_that_throws_harms_only_its_own_datagram, RunningUdpServer) {
  prepare(without_limits(), [](Datagram& datagram) {
    echo_datagram(datagram);
    if (datagram.data().size() == 1) throw std::runtime_error{"on purpose"};
    if (datagram.data().size() == 2) throw 42;
  });
  for (const char* text : {"one", "1", "22", "three"}) peer.send(endpoint, text);  // one batch
  server->start();
  BOOST_TEST(peer.receive().bytes == "one");
  BOOST_TEST(peer.receive().bytes == "three");
  BOOST_TEST(dropped_reaches(DropReason::handler_error, 2));
  BOOST_TEST(server->stats().received == 4U);
  BOOST_TEST(!peer.receive_now().has_value());
}

BOOST_FIXTURE_TEST_CASE(a_truncated_datagram_is_dropped_and_counted, RunningUdpServer) {
  calls.truncate = 1;
  prepare(without_limits());
  for (const char* text : {"cut", "whole"}) peer.send(endpoint, text);
  server->start();
  BOOST_TEST(peer.receive().bytes == "whole");
  BOOST_TEST(dropped_reaches(DropReason::truncated, 1));
}

BOOST_FIXTURE_TEST_CASE(one_source_gets_no_more_answers_than_its_rate, RunningUdpServer) {
  UdpSettings udp = without_limits();
  udp.rate_per_source = 20;  // a burst of 10
  prepare(udp);
  for (int i = 0; i < 15; ++i) peer.send(endpoint, std::to_string(i));
  server->start();
  BOOST_TEST(dropped_reaches(DropReason::rate_per_source, 5));
  for (int i = 0; i < 10; ++i) BOOST_TEST(peer.receive().bytes == std::to_string(i));
  BOOST_TEST(!peer.receive_now().has_value());

  UdpPeer other{Endpoint::parse("127.0.0.2:0")};
  BOOST_TEST(other.ask(endpoint, "mine").bytes == "mine");

  calls.clock = calls.clock.load() + std::chrono::milliseconds{100};  // two more
  for (int i = 0; i < 4; ++i) peer.send(endpoint, "later");
  BOOST_TEST(dropped_reaches(DropReason::rate_per_source, 7));
  BOOST_TEST(server->stats().answered == 13U);
}

BOOST_FIXTURE_TEST_CASE(all_sources_together_get_no_more_answers_than_the_total_rate, RunningUdpServer) {
  UdpSettings udp = without_limits();
  udp.rate_total = 20;
  prepare(udp);
  UdpPeer other{Endpoint::parse("127.0.0.2:0")};
  for (int i = 0; i < 10; ++i) {
    peer.send(endpoint, "a");
    other.send(endpoint, "b");
  }
  server->start();
  BOOST_TEST(dropped_reaches(DropReason::rate_total, 10));
  BOOST_TEST(eventually([&] { return server->stats().answered == 10; }));
}

BOOST_FIXTURE_TEST_CASE(a_source_over_its_rate_uses_up_nothing_of_the_total, RunningUdpServer) {
  UdpSettings udp = without_limits();
  udp.rate_per_source = 10;
  udp.rate_total = 200;  // a burst of 20
  prepare(udp);
  for (int i = 0; i < 100; ++i) peer.send(endpoint, "flood");
  server->start();
  BOOST_TEST(dropped_reaches(DropReason::rate_per_source, 90));
  UdpPeer other{Endpoint::parse("127.0.0.2:0")};
  for (int i = 0; i < 10; ++i) BOOST_TEST(other.ask(endpoint, "mine").bytes == "mine");
  BOOST_TEST(dropped(DropReason::rate_total) == 0U);
}

BOOST_FIXTURE_TEST_CASE(a_datagram_that_is_not_admitted_gets_no_answer, RunningUdpServer) {
  serve(without_limits(), echo_datagram, {{}, {"127.0.0.2"}});
  UdpPeer denied{Endpoint::parse("127.0.0.2:0")};
  denied.send(endpoint, "x");
  BOOST_TEST(dropped_reaches(DropReason::access, 1));
  BOOST_TEST(peer.ask(endpoint, "y").bytes == "y");
  BOOST_TEST(!denied.receive_now().has_value());
}

BOOST_FIXTURE_TEST_CASE(new_rates_and_access_take_effect_while_it_runs, RunningUdpServer) {
  UdpSettings udp = without_limits();
  udp.rate_per_source = 1;
  serve(udp);
  BOOST_TEST(peer.ask(endpoint, "1").bytes == "1");
  peer.send(endpoint, "2");
  BOOST_TEST(dropped_reaches(DropReason::rate_per_source, 1));

  configure(without_limits());
  for (int i = 0; i < 20; ++i) BOOST_TEST(peer.ask(endpoint, "3").bytes == "3");

  configure(without_limits(), {{"192.0.2.0/24"}, {}});
  peer.send(endpoint, "4");
  BOOST_TEST(dropped_reaches(DropReason::access, 1));
}

BOOST_FIXTURE_TEST_CASE(reconfiguring_all_the_time_loses_nothing, RunningUdpServer) {
  serve(without_limits());
  std::atomic<bool> done{false};
  std::thread reloader{[&] {
    while (!done) configure(without_limits(), {{"127.0.0.0/8"}, {}});
  }};
  int answered = 0;
  for (int i = 0; i < 2'000; ++i) answered += peer.ask(endpoint, std::to_string(i)).bytes == std::to_string(i) ? 1 : 0;
  done = true;
  reloader.join();
  BOOST_TEST(answered == 2'000);
}

BOOST_FIXTURE_TEST_CASE(what_the_kernel_had_no_room_for_is_counted_to_the_datagram, RunningUdpServer) {
  prepare(without_limits());
  SocketSettings small;
  small.receive_buffer = 4_KiB;
  const Endpoint cramped = server->bind(loopback(), small, echo_datagram).front();
  for (int i = 0; i < 200; ++i) peer.send(cramped, "x");
  BOOST_TEST(dropped(DropReason::kernel) > 0U);
  server->start();
  BOOST_TEST(eventually([&] { return server->stats().received + dropped(DropReason::kernel) == 200; }));
  server->stop();
  const UdpStats stats = server->stats();
  BOOST_TEST(stats.received + stats.dropped_for(DropReason::kernel) == 200U);
  BOOST_TEST(stats.answered == stats.received);
}

BOOST_FIXTURE_TEST_CASE(stopping_answers_what_was_taken_and_gives_the_port_back, RunningUdpServer) {
  std::atomic<bool> inside{false};
  std::atomic<bool> go_on{false};
  prepare(without_limits(), [&](Datagram& datagram) {
    inside = true;
    while (!go_on) std::this_thread::yield();
    echo_datagram(datagram);
  });
  for (const char* text : {"1", "2", "3"}) peer.send(endpoint, text);
  server->start();
  BOOST_REQUIRE(eventually([&] { return inside.load(); }));
  std::thread stopper{[&] { server->stop(); }};
  go_on = true;
  for (const char* text : {"1", "2", "3"}) BOOST_TEST(peer.receive().bytes == text);
  stopper.join();
  BOOST_TEST(server->stats().answered == 3U);
  BOOST_TEST(UdpPeer{endpoint}.local() == endpoint);
}

BOOST_FIXTURE_TEST_CASE(stopping_twice_or_without_having_started_does_nothing, RunningUdpServer) {
  prepare(without_limits());
  server->stop();
  server->stop();
  UdpServer empty{settings, access, calls};
  empty.start();
  empty.stop();
  BOOST_TEST(empty.stats().received == 0U);
}

#if !defined(__SANITIZE_ADDRESS__) && \
    !defined(__SANITIZE_THREAD__)  // they end the program instead of throwing bad_alloc
BOOST_FIXTURE_TEST_CASE(buffers_that_cannot_be_had_are_an_error_at_the_start, RunningUdpServer) {
  UdpSettings udp = without_limits();
  udp.batch = std::size_t{1} << 40;
  prepare(udp);
  BOOST_CHECK_EXCEPTION(server->start(), StartError, [](const StartError& error) {
    return error.code().value() == ENOMEM && std::string{error.what()}.find("udp.batch") != std::string::npos;
  });
}
#endif

BOOST_FIXTURE_TEST_CASE(a_batch_of_one_serves_as_well, RunningUdpServer) {
  UdpSettings udp = without_limits();
  udp.batch = 1;
  prepare(udp);
  for (int i = 0; i < 50; ++i) peer.send(endpoint, std::to_string(i));
  server->start();
  for (int i = 0; i < 50; ++i) BOOST_TEST(peer.receive().bytes == std::to_string(i));
}

BOOST_FIXTURE_TEST_CASE(an_inherited_socket_for_both_families_serves_both, RunningUdpServer) {
  UniqueFd socket{::socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0)};
  const int off = 0;
  ::setsockopt(socket.get(), IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off);
  const SocketAddress any = to_sockaddr(Endpoint::parse("[::]:0"));
  BOOST_REQUIRE(::bind(socket.get(), any.get(), any.length) == 0);
  std::vector<std::string> peers;
  configure(without_limits(), {{"127.0.0.0/8", "::1"}, {}});
  server = std::make_unique<UdpServer>(settings, access, calls);
  endpoint = server->adopt(std::move(socket), [&peers](Datagram& datagram) {
    peers.push_back(datagram.peer().address_string() + " " + datagram.local().address_string());
    echo_datagram(datagram);
  });
  server->start();

  const Endpoint v4 = Endpoint::parse("127.0.0.3:0").with_port(endpoint.port());
  BOOST_TEST(peer.ask(v4, "four").from == v4);
  UdpPeer six{Endpoint::parse("[::1]:0")};
  const Endpoint v6 = Endpoint::parse("[::1]:0").with_port(endpoint.port());
  BOOST_TEST(six.ask(v6, "six").from == v6);

  peer.allow_broadcast();
  peer.send(Endpoint::parse("127.255.255.255:0").with_port(endpoint.port()), "to all");
  BOOST_TEST(dropped_reaches(DropReason::destination, 1));
  server->stop();
  BOOST_TEST((peers == std::vector<std::string>{"127.0.0.1 127.0.0.3", "::1 ::1"}));
}
