// Every allocation that the server's threads make for a conversation fails once, the first one and the second one and
// so on to the last: the server lives, nothing leaks, and the next client is served.
#include "datagrams.hpp"
#include "disciplines.hpp"
#include "open_descriptors.hpp"

#include <echopool/framing.hpp>

#include <atomic>
#include <cerrno>
#include <cstdlib>
#include <new>
#include <numeric>
#include <system_error>

using namespace echopool;
using namespace echopool::test;

namespace {

thread_local bool spared = false;  ///< the test's own thread
std::atomic<int> countdown{0};     ///< the allocation that brings it to zero fails
std::atomic<int> failures{0};

void* allocate(std::size_t size) {
  if (!spared && countdown.load(std::memory_order_relaxed) > 0 && --countdown == 0) {
    ++failures;
    throw std::bad_alloc{};
  }
  if (void* memory = std::malloc(size)) return memory;
  throw std::bad_alloc{};
}

}  // namespace

void* operator new(std::size_t size) { return allocate(size); }
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t /*size*/) noexcept { std::free(memory); }

namespace {

/// More than the buffers of both sides hold: most of it is kept.
constexpr std::size_t much = 200'000;

/// Answers a line, which may have come in pieces or be left over from one turn to the next.
Next answer(Session& peer, std::string_view line) {
  if (line == "much") {
    static const std::string text = pattern(much);
    peer.write(text);
    return Next::again;
  }
  peer.write(line == "leave" ? "bye\n" : "yes\n");
  return line == "leave" ? Next::close : Next::again;
}

/// The same for a handler that reads.
Next read_and_answer(Session& peer) {
  const auto line = peer.read_line();
  return line ? answer(peer, *line) : Next::close;
}

/// One request, many at once, half of one and its rest, one whose answer does not fit, and an end by the server that
/// has to linger. True when all was answered; false when the server gave the connection up.
bool converses(const Endpoint& server) {
  try {
    Client client{server, 4'096};
    client.send("one\n");
    if (client.receive(4) != "yes\n") return false;
    std::string many;
    for (int i = 0; i < 40; ++i) many += "another\n";
    client.send(many + "ha");
    if (client.receive(40 * 4).size() != 40 * 4) return false;
    client.send("lf\n");
    if (client.receive(4) != "yes\n") return false;
    client.send("much\n");
    if (client.receive(much) != pattern(much)) return false;
    client.send("leave\n");
    return client.receive_all() == "bye\n";
  } catch (const std::system_error& error) {
    if (error.code().value() == EAGAIN) throw;
    return false;
  }
}

/// False: there was no such allocation.
bool run_failing(IdleConnections idle, const Handler& handler, int kth, int& kept) {
  ServerSettings settings = settings_for(idle);
  settings.pool.workers = 2;
  settings.limits.connections = 8;
  settings.limits.per_source = 8;
  settings.udp.batch = 4;
  settings.socket.send_buffer = 16_KiB;
  settings.timeouts.linger = 200ms;
  Server server{settings};
  server.serve_tcp(loopback(), handler);
  server.serve_udp(loopback(), [](Datagram& datagram) { datagram.reply(datagram.data()); });
  server.start();
  const Endpoint tcp = server.endpoints().front();
  failures = 0;
  countdown = kth;
  kept += converses(tcp) ? 1 : 0;
  BOOST_TEST(answers_datagrams(server.endpoints().back()));
  bool served = false;
  for (int next = 0; next < 3 && !served; ++next) served = converses(tcp);
  BOOST_TEST(served);
  const bool struck = failures != 0;
  countdown = 0;
  BOOST_TEST(server.stop(5s).stuck == 0U);
  const Stats stats = server.stats();
  BOOST_TEST(stats.open == 0U);
  const auto sum = [](const auto& counts) { return std::accumulate(counts.begin(), counts.end(), std::uint64_t{0}); };
  BOOST_TEST(sum(stats.ended) + sum(stats.refused) == stats.accepted);
  return struck;
}

void fail_each(IdleConnections idle, const Handler& handler) {
  spared = true;
  int kept = 0;
  int kth = 1;
  for (bool struck = true; struck; ++kth) {
    BOOST_TEST_CONTEXT("allocation " << kth) {
      const std::size_t before = open_descriptors();
      struck = run_failing(idle, handler, kth, kept);
      BOOST_TEST(open_descriptors() == before);
    }
  }
  BOOST_TEST(kth > 3);
  BOOST_TEST_MESSAGE(kth << " allocations, " << kept << " conversations unharmed");
}

}  // namespace

ECHOPOOL_TEST(memory_that_is_refused_once_costs_at_most_one_connection) { fail_each(idle, read_and_answer); }

ECHOPOOL_TEST(memory_that_is_refused_once_costs_at_most_one_connection_of_a_framed_handler) {
  fail_each(idle, lines(8_KiB, answer));
}
