// Tests: datagram, udp_counters, udp_server
#include "datagrams.hpp"
#include "eventually.hpp"
#include "printing.hpp"
#include "private_network.hpp"
#include "temporary_directory.hpp"

#include <echopool/log.hpp>
#include <echopool/server.hpp>

#include <boost/test/unit_test.hpp>

#include <numeric>
#include <string>
#include <vector>

using namespace echopool;
using namespace echopool::test;

namespace {

const Endpoint v4_loopback = Endpoint::parse("127.0.0.1:0");
const Endpoint v6_loopback = Endpoint::parse("[::1]:0");

void echo(Datagram& datagram) { datagram.reply(datagram.data()); }

/// A started server of UDP echo alone.
class UdpEcho {
 public:
  explicit UdpEcho(const Endpoint& where, const ServerSettings& settings = {}) : server_{settings} {
    server_.serve_udp(where, echo);
    server_.start();
  }

  [[nodiscard]] Endpoint endpoint() const { return server_.endpoints().front(); }
  [[nodiscard]] std::uint16_t port() const { return endpoint().port(); }
  [[nodiscard]] UdpStats stats() const { return server_.stats().udp; }
  [[nodiscard]] std::uint64_t dropped() const {
    const UdpStats now = stats();
    return std::accumulate(now.dropped.begin(), now.dropped.end(), std::uint64_t{0});
  }
  bool dropped_reaches(DropReason reason, std::uint64_t count) const {
    return eventually([&] { return stats().dropped_for(reason) >= count; });
  }
  Server* operator->() noexcept { return &server_; }

 private:
  Server server_;
};

/// A cap that is exceeded also on a machine that is too busy for a thousand datagrams a second.
constexpr std::uint32_t cap = 50;
constexpr double burst = 10;  // the least that token_bucket.hpp allows

ServerSettings capped() {
  ServerSettings settings;
  settings.udp.rate_per_source = cap;
  return settings;
}

double most_answers(std::chrono::duration<double> elapsed) { return burst + cap * elapsed.count() + 10; }

ServerSettings unlimited() {
  ServerSettings settings;
  settings.udp.rate_per_source.reset();
  settings.udp.rate_total.reset();
  return settings;
}

const std::vector<std::size_t> size_classes{0, 1, 512, 1472, 1473, 8972, 65'507};

}  // namespace

BOOST_AUTO_TEST_CASE(every_size_comes_back_unharmed_over_ipv4_and_ipv6) {
  for (const Endpoint& loopback : {v4_loopback, v6_loopback}) {
    const UdpEcho server{loopback, unlimited()};
    UdpPeer peer{loopback};
    std::uint64_t bytes = 0;
    for (unsigned round = 0; round < 3; ++round)
      for (const std::size_t size : size_classes) {
        const std::string sent = pattern(size, round + 1);
        BOOST_TEST((peer.ask(server.endpoint(), sent).bytes == sent), size);
        bytes += size;
      }
    const auto count = 3 * size_classes.size();
    BOOST_TEST(eventually([&] { return server.stats().answered == count; }));
    BOOST_TEST(server.stats().received == count);
    BOOST_TEST(server.stats().received_bytes == bytes);
    BOOST_TEST(server.stats().answered_bytes == bytes);
    BOOST_TEST(server.dropped() == 0U);
  }
}

BOOST_AUTO_TEST_CASE(a_wildcard_serves_both_families_on_one_port) {
  Server server{unlimited()};
  server.serve_udp(Endpoint::parse("*:0"), echo);
  server.start();
  const auto endpoints = server.endpoints();
  BOOST_REQUIRE(endpoints.size() == 2U);
  BOOST_TEST(endpoints[0].port() == endpoints[1].port());
  for (const Endpoint& loopback : {v4_loopback, v6_loopback}) {
    UdpPeer peer{loopback};
    const Endpoint asked = loopback.with_port(endpoints[0].port());
    BOOST_TEST(peer.ask(asked, "x").from == asked);
  }
}

BOOST_AUTO_TEST_CASE(an_answer_comes_from_the_address_that_was_asked) {
  const UdpEcho server{Endpoint::parse("0.0.0.0:0"), unlimited()};
  UdpPeer peer;
  for (const char* address : {"127.0.0.1:0", "127.0.0.2:0", "127.255.0.1:0"}) {
    const Endpoint asked = Endpoint::parse(address).with_port(server.port());
    BOOST_TEST(peer.ask(asked, "x").from == asked);
  }
}

BOOST_AUTO_TEST_CASE(an_answer_comes_from_the_ipv6_address_that_was_asked,
                     *boost::unit_test::precondition(private_network_permitted)) {
  enter_private_network();
  for (const char* address : {"[fd00::1]:0", "[fd00::2]:0"}) add_loopback_address(Endpoint::parse(address));
  const UdpEcho server{Endpoint::parse("[::]:0"), unlimited()};
  UdpPeer peer{v6_loopback};
  for (const char* address : {"[fd00::2]:0", "[fd00::1]:0", "[::1]:0"}) {
    const Endpoint asked = Endpoint::parse(address).with_port(server.port());
    BOOST_TEST(peer.ask(asked, "x").from == asked);
  }
}

BOOST_AUTO_TEST_CASE(two_servers_on_one_port_are_refused) {
  const UdpEcho first{v4_loopback};
  Server second;
  BOOST_CHECK_THROW(second.serve_udp(first.endpoint(), echo), StartError);
}

BOOST_AUTO_TEST_CASE(ports_of_other_services_and_our_own_get_no_answer,
                     *boost::unit_test::precondition(private_network_permitted)) {
  enter_private_network();
  Forger forger;
  for (const Endpoint& loopback : {v4_loopback, v6_loopback}) {
    Server server{unlimited()};
    server.serve_udp(loopback, echo);
    server.serve_udp(loopback, echo);
    server.start();
    const Endpoint asked = server.endpoints()[0];
    const std::vector<std::uint16_t> ports{
        0, 1, 7, 13, 17, 19, 37, 53, 123, 1023, 2049, asked.port(), server.endpoints()[1].port()};
    for (const std::uint16_t port : ports) forger.send(loopback.with_port(port), asked, "x");
    UdpPeer peer{loopback.with_port(1024)};
    BOOST_TEST(peer.ask(asked, "fence").bytes == "fence");
    BOOST_TEST(eventually([&] { return server.stats().udp.answered == 1; }));
    BOOST_TEST(server.stats().udp.dropped_for(DropReason::source_port) == ports.size());
    BOOST_TEST(server.stats().udp.received == ports.size() + 1);
  }
}

BOOST_AUTO_TEST_CASE(a_peer_on_a_low_port_gets_no_answer, *boost::unit_test::precondition(private_network_permitted)) {
  enter_private_network();
  for (const Endpoint& loopback : {v4_loopback, v6_loopback}) {
    const UdpEcho server{loopback, unlimited()};
    UdpPeer chargen{loopback.with_port(19)};
    chargen.send(server.endpoint(), "x");
    BOOST_TEST(server.dropped_reaches(DropReason::source_port, 1));
    BOOST_TEST(!chargen.receive_now().has_value());
    BOOST_TEST(server.stats().answered == 0U);
  }
}

BOOST_AUTO_TEST_CASE(forged_sources_that_are_no_host_get_no_answer,
                     *boost::unit_test::precondition(private_network_permitted)) {
  enter_private_network();
  Forger forger;
  const auto try_all = [&forger](const Endpoint& loopback, const std::vector<const char*>& sources) {
    const UdpEcho server{loopback, unlimited()};
    for (const char* source : sources) forger.send(Endpoint::parse(source), server.endpoint(), "x");
    UdpPeer peer{loopback};
    BOOST_TEST(peer.ask(server.endpoint(), "fence").bytes == "fence");
    BOOST_TEST(eventually([&] { return server.stats().answered == 1; }));
    BOOST_TEST(server.stats().dropped_for(DropReason::source_address) == sources.size());
    BOOST_TEST(server.stats().received == sources.size() + 1);
  };
  try_all(v4_loopback,
          {"0.1.2.3:40000", "224.0.0.1:40000", "239.1.2.3:40000", "255.1.2.3:40000", "255.255.255.255:40000"});
  try_all(v6_loopback, {"[::]:40000"});  // the kernel itself drops multicast and IPv4-mapped ones (ip6_rcv())
}

BOOST_AUTO_TEST_CASE(a_forged_broadcast_address_of_an_interface_gets_no_answer,
                     *boost::unit_test::precondition(private_network_permitted)) {
  enter_private_network();
  const UdpEcho server{v4_loopback, unlimited()};
  Forger{}.send(Endpoint::parse("127.255.255.255:40000"), server.endpoint(), "x");
  BOOST_TEST(server.dropped_reaches(DropReason::send_failed, 1));  // without SO_BROADCAST the kernel will not send it
  BOOST_TEST(server.stats().answered == 0U);
}

BOOST_AUTO_TEST_CASE(what_is_sent_to_many_gets_no_answer, *boost::unit_test::precondition(private_network_permitted)) {
  enter_private_network();
  const auto try_all = [](const Endpoint& any, const Endpoint& loopback, const std::vector<const char*>& groups) {
    const UdpEcho server{any, unlimited()};
    UdpPeer peer{loopback};
    peer.allow_broadcast();
    for (const char* group : groups) {
      join_on_loopback(peer.fd(), Endpoint::parse(group));
      peer.send(Endpoint::parse(group).with_port(server.port()), "x");
    }
    BOOST_TEST(peer.ask(loopback.with_port(server.port()), "fence").bytes == "fence");
    BOOST_TEST(eventually([&] { return server.stats().answered == 1; }));
    BOOST_TEST(server.stats().dropped_for(DropReason::destination) == groups.size());
    BOOST_TEST(!peer.receive_now().has_value());
  };
  try_all(Endpoint::parse("0.0.0.0:0"), v4_loopback, {"127.255.255.255:0", "239.1.2.3:0", "224.0.0.1:0"});
  try_all(Endpoint::parse("[::]:0"), v6_loopback, {"[ff01::77]:0", "[ff02::77%lo]:0"});
}

BOOST_AUTO_TEST_CASE(by_default_a_source_has_a_thousand_answers_a_second) {
  BOOST_TEST(ServerSettings{}.udp.rate_per_source.value_or(0) == 1'000U);
}

BOOST_AUTO_TEST_CASE(one_source_is_capped_and_another_is_not_hurt) {
  const UdpEcho server{v4_loopback, capped()};
  UdpPeer flooder;
  UdpPeer other{Endpoint::parse("127.0.0.2:0")};
  const auto start = std::chrono::steady_clock::now();
  std::uint64_t sent = 0;
  for (; sent < 5'000; ++sent) {
    flooder.send(server.endpoint(), "flood");
    while (flooder.receive_now()) continue;
  }
  // The flood may overflow the socket's buffer, for the others as well: that is the kernel's cap, not ours.
  BOOST_TEST(eventually([&] {
    const UdpStats now = server.stats();
    return now.received + now.dropped_for(DropReason::kernel) == sent &&
           now.answered + now.dropped_for(DropReason::rate_per_source) == now.received;
  }));
  const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - start;
  const UdpStats stats = server.stats();
  BOOST_TEST(stats.dropped_for(DropReason::rate_per_source) > 0U);
  BOOST_TEST(static_cast<double>(stats.answered) <= most_answers(elapsed));
  BOOST_TEST(other.ask(server.endpoint(), "mine").bytes == "mine");
}

BOOST_AUTO_TEST_CASE(a_reload_changes_rates_and_access) {
  UdpEcho server{v4_loopback, unlimited()};
  UdpPeer peer;
  BOOST_TEST(peer.ask(server.endpoint(), "1").bytes == "1");
  ServerSettings settings = unlimited();
  settings.access.deny = {"127.0.0.1"};
  server->reconfigure(settings);
  peer.send(server.endpoint(), "2");
  BOOST_TEST(server.dropped_reaches(DropReason::access, 1));
  UdpPeer other{Endpoint::parse("127.0.0.2:0")};
  BOOST_TEST(other.ask(server.endpoint(), "3").bytes == "3");
}

BOOST_AUTO_TEST_CASE(a_forged_loop_between_two_servers_stays_below_the_cap_and_ends,
                     *boost::unit_test::precondition(private_network_permitted)) {
  enter_private_network();
  add_loopback_address(Endpoint::parse("[fd00::1]:0"));
  Forger forger;
  for (const auto& [here, there] : {std::pair{"127.0.0.1:0", "127.0.0.2:0"}, std::pair{"[::1]:0", "[fd00::1]:0"}}) {
    const UdpEcho first{Endpoint::parse(here), capped()};
    // Not by chance the same port: then the loop would never begin.
    const UdpEcho second{Endpoint::parse(there).with_port(first.port() ^ 1U), capped()};
    const std::uint64_t injected = 50;
    const auto start = std::chrono::steady_clock::now();
    for (std::uint64_t i = 0; i < injected; ++i) forger.send(first.endpoint(), second.endpoint(), "round and round");
    // A datagram goes on until a filter drops it.
    BOOST_TEST(eventually([&] { return first.dropped() + second.dropped() == injected; }));
    const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - start;
    for (const UdpEcho* server : {&first, &second}) {
      BOOST_TEST(server->stats().answered > 0U);
      BOOST_TEST(static_cast<double>(server->stats().answered) <= most_answers(elapsed));
      for (std::size_t i = 0; i < drop_reasons; ++i)
        if (const auto reason = static_cast<DropReason>(i); reason != DropReason::rate_per_source)
          BOOST_TEST(server->stats().dropped[i] == 0U, to_string(reason));
    }
    BOOST_TEST_MESSAGE("answered " << first.stats().answered << " and " << second.stats().answered << " in "
                                   << elapsed.count() << " s");
  }
}

BOOST_AUTO_TEST_CASE(a_forged_loop_between_servers_on_one_port_never_begins,
                     *boost::unit_test::precondition(private_network_permitted)) {
  enter_private_network();
  const UdpEcho first{Endpoint::parse("127.0.0.1:7000")};
  const UdpEcho second{Endpoint::parse("127.0.0.2:7000")};
  Forger forger;
  for (int i = 0; i < 10; ++i) forger.send(first.endpoint(), second.endpoint(), "x");
  BOOST_TEST(second.dropped_reaches(DropReason::source_port, 10));
  BOOST_TEST(second.stats().answered == 0U);
  BOOST_TEST(first.stats().received == 0U);
}

BOOST_AUTO_TEST_CASE(drops_are_logged_by_reason_and_the_last_ones_when_it_stops) {
  const TemporaryDirectory directory;
  LogSettings log;
  log.sinks = {LogSink::file};
  log.file = directory / "log";
  {
    const Logging logging{log};
    ServerSettings settings = unlimited();
    settings.access.deny = {"127.0.0.2"};
    UdpEcho server{v4_loopback, settings};
    UdpPeer denied{Endpoint::parse("127.0.0.2:0")};
    for (int i = 0; i < 3; ++i) denied.send(server.endpoint(), "x");
    BOOST_TEST(server.dropped_reaches(DropReason::access, 3));
    server->stop(std::chrono::seconds{1});
  }
  BOOST_TEST(count_of("datagrams dropped reason=access count=3\n", contents(log.file)) == 1U);
}

BOOST_AUTO_TEST_CASE(a_handler_that_always_throws_is_logged_once_a_second_and_counted_always) {
  const TemporaryDirectory directory;
  LogSettings log;
  log.sinks = {LogSink::file};
  log.file = directory / "log";
  std::chrono::steady_clock::duration elapsed{};
  {
    const Logging logging{log};
    Server server{unlimited()};
    server.serve_udp(v4_loopback, [](Datagram& /*datagram*/) { throw std::runtime_error{"on purpose"}; });
    server.start();
    const auto start = std::chrono::steady_clock::now();
    UdpPeer peer;
    for (int i = 0; i < 100; ++i) peer.send(server.endpoints()[0], "x");
    BOOST_TEST(eventually([&] { return server.stats().udp.dropped_for(DropReason::handler_error) == 100; }));
    server.stop(std::chrono::seconds{1});
    elapsed = std::chrono::steady_clock::now() - start;
  }
  const std::string text = contents(log.file);
  BOOST_TEST(count_of("on purpose", text) >= 1U);
  BOOST_TEST(count_of("on purpose", text) <= 2U + static_cast<std::size_t>(elapsed / std::chrono::seconds{1}));
  BOOST_TEST(count_of("reason=handler_error", text) >= 1U);
}
