// A bad network between the clients and the server: what arrives is what was sent, and what breaks leaves nothing
// behind.
#include "chaos_proxy.hpp"
#include "disciplines.hpp"
#include "eventually.hpp"
#include "open_descriptors.hpp"

#include <numeric>
#include <system_error>
#include <thread>

using namespace echopool;
using namespace echopool::test;

namespace {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr int messages = 50'000;
#else
constexpr int messages = 1'000'000;
#endif
constexpr int connections = 8;

/// FNV-1a: bytes that are lost, doubled, changed or in another order give another value.
class Hash {
 public:
  void add(std::string_view bytes) noexcept {
    for (const char byte : bytes) value_ = (value_ ^ static_cast<unsigned char>(byte)) * 0x100000001b3U;
    size_ += bytes.size();
  }
  bool operator==(const Hash&) const = default;

 private:
  std::uint64_t value_ = 0xcbf29ce484222325U;
  std::uint64_t size_ = 0;
};

struct Exchange {
  Hash sent;
  Hash received;
  bool broken = false;
};

/// Sends `count` messages of 0 to 63 bytes and their ends without waiting for the answers, which a thread of its own
/// takes.
Exchange exchange(const Endpoint& server, int count, unsigned seed) {
  Exchange result;
  try {
    Client client{server};
    bool answers_broken = false;
    std::thread reader{[&] {
      try {
        for (;;) {
          const std::string answer = client.receive(32'768);
          result.received.add(answer);
          if (answer.size() < 32'768) return;
        }
      } catch (const std::system_error&) {
        answers_broken = true;
      }
    }};
    try {
      std::minstd_rand random{seed};
      std::string several;
      for (int i = 0; i < count; ++i) {
        several += pattern(random() % 64, seed + static_cast<unsigned>(i)) + "\n";
        if (several.size() < 8'192 && i + 1 < count) continue;
        result.sent.add(several);
        client.send(several);
        several.clear();
      }
      client.finish_sending();
    } catch (const std::system_error&) {
      result.broken = true;
    }
    reader.join();
    result.broken = result.broken || answers_broken;
  } catch (const std::system_error&) {
    result.broken = true;
  }
  return result;
}

std::vector<Exchange> exchange_all(const Endpoint& server, int count, unsigned seed) {
  std::vector<Exchange> results(connections);
  std::vector<std::thread> threads;
  for (unsigned i = 0; i < connections; ++i)
    threads.emplace_back([&, i] { results[i] = exchange(server, count, seed + i); });
  for (auto& thread : threads) thread.join();
  return results;
}

}  // namespace

ECHOPOOL_TEST(a_million_messages_arrive_whole_and_in_order_over_a_bad_network) {
  ServerSettings settings = settings_for(idle);
  settings.pool.workers = connections;
  RunningServer server{settings};
  const ChaosProxy proxy{server.endpoint(), {}, 1};
  for (const Exchange& exchange : exchange_all(proxy.endpoint(), messages / connections, 100)) {
    BOOST_TEST(!exchange.broken);
    BOOST_TEST((exchange.sent == exchange.received));
  }
  BOOST_TEST(proxy.pieces() > 1'000U);
  BOOST_TEST(eventually([&] { return server.stats().ended_for(EndReason::peer_closed) == connections; }));
}

ECHOPOOL_TEST(connections_that_break_in_every_way_leave_nothing_behind) {
  ServerSettings settings = settings_for(idle);
  settings.pool.workers = connections;
  settings.timeouts.linger = 100ms;
  RunningServer server{settings};
  const auto at_rest = [&] { return server.stats().open == 0; };
  const std::size_t descriptors = open_descriptors();
  const std::size_t threads = running_threads();
  {
    const ChaosProxy proxy{server.endpoint(), {.breaks = 20}, 2};
    for (unsigned round = 0; round < 20; ++round)
      static_cast<void>(exchange_all(proxy.endpoint(), 2'000, 1'000 * round));
    BOOST_TEST(proxy.broken() > 50U);
  }
  BOOST_TEST(eventually(at_rest));
  BOOST_TEST(eventually([&] { return open_descriptors() == descriptors && running_threads() == threads; }));
  const Stats stats = server.stats();
  BOOST_TEST(std::accumulate(stats.ended.begin(), stats.ended.end(), std::uint64_t{0}) == stats.accepted);
  BOOST_TEST(stats.ended_for(EndReason::handler_error) == 0U);
  const Exchange after = exchange(server.endpoint(), 100, 7);
  BOOST_TEST(!after.broken);
  BOOST_TEST((after.sent == after.received));
}
