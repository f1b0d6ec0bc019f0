// Ready, close, time out and stop, all at once, on thousands of connections: what the ownership rules of the
// dispatchers must survive. Most telling under the thread sanitizer.
#include "disciplines.hpp"
#include "eventually.hpp"

#include <atomic>
#include <random>
#include <system_error>
#include <thread>

using namespace echopool;
using namespace echopool::test;

namespace {

/// Opens connections and does one of everything to them until the server is gone.
class Troublemaker {
 public:
  Troublemaker(Endpoint server, unsigned seed) : server_{server}, random_{seed} {}

  void run(const std::atomic<bool>& over) {
    while (!over) {
      try {
        trouble();
        ++done;
      } catch (const std::exception&) {
        ++cut_short;  // the server timed it out, refused it, or is gone: all of that is allowed here
      }
    }
  }

  std::uint64_t done = 0;
  std::uint64_t cut_short = 0;

 private:
  void trouble() {
    std::vector<Client> clients;
    for (int i = 0; i < 8; ++i) clients.emplace_back(server_);
    for (Client& client : clients) {
      switch (random_() % 6) {
        case 0:
          client.reset();
          break;
        case 1:
          client.close();
          break;
        case 2:
          client.send("hello");
          break;
        case 3: {
          client.send("hello");
          if (client.receive(5) != "hello") throw std::runtime_error{"ended early"};
          break;
        }
        case 4: {
          client.send(pattern(1000));
          client.finish_sending();
          const std::string answer = client.receive_all();
          if (answer != std::string_view{pattern(1000)}.substr(0, answer.size())) throw std::logic_error{"wrong echo"};
          break;
        }
        default:
          std::this_thread::sleep_for(std::chrono::milliseconds{random_() % 12});
          break;  // let it idle out
      }
    }
  }

  Endpoint server_;
  std::minstd_rand random_;
};

/// Holds many conversations at a time, in pieces and bursts; throws when an answer is wrong or does not come.
void converse(const Endpoint& server, unsigned seed, int rounds) {
  std::minstd_rand random{seed};
  std::vector<Client> clients;
  for (int i = 0; i < 12; ++i) clients.emplace_back(server);
  const std::string text = pattern(3000);
  for (int round = 0; round < rounds; ++round) {
    std::vector<std::size_t> sent(clients.size());
    for (std::size_t i = 0; i < clients.size(); ++i) {
      for (std::size_t pieces = random() % 4; pieces > 0; --pieces) {
        const std::size_t size = 1 + random() % 700;
        clients[i].send(std::string_view{text}.substr(sent[i], size));
        sent[i] += size;
      }
    }
    for (std::size_t i = 0; i < clients.size(); ++i)
      if (clients[i].receive(sent[i]) != std::string_view{text}.substr(0, sent[i]))
        throw std::logic_error{"wrong echo"};
  }
  for (Client& client : clients) {
    client.send("end");
    client.finish_sending();
    if (client.receive_all() != "end") throw std::logic_error{"lost end"};
  }
}

}  // namespace

ECHOPOOL_TEST(of_many_conversations_at_once_no_message_is_left_lying) {
  ServerSettings settings = settings_for(idle);
  settings.pool.workers = idle == IdleConnections::park ? 6 : 48;
  RunningServer server{settings};
  std::array<std::string, 4> problems;
  std::vector<std::thread> threads;
  for (unsigned i = 0; i < problems.size(); ++i)
    threads.emplace_back([&, i] {
      try {
        converse(server.endpoint(), i + 1, 200);
      } catch (const std::exception& error) {
        problems[i] = error.what();
      }
    });
  for (auto& thread : threads) thread.join();
  for (const std::string& problem : problems) BOOST_TEST(problem == "");
  BOOST_TEST(eventually([&] { return server.stats().ended_for(EndReason::peer_closed) == 48; }));
}

ECHOPOOL_TEST(everything_at_once_leaves_nothing_behind) {
  ServerSettings settings = settings_for(idle);
  settings.pool.workers = 8;
  settings.timeouts.idle = 6ms;
  settings.timeouts.receive = 6ms;
  settings.timeouts.linger = 5ms;
  settings.timeouts.session = 40ms;
  settings.limits.connections = 40;
  for (unsigned round = 0; round < 3; ++round) {
    RunningServer server{settings};
    std::atomic<bool> over{false};
    std::vector<Troublemaker> troublemakers;
    for (unsigned i = 0; i < 4; ++i) troublemakers.emplace_back(server.endpoint(), round * 10 + i + 1);
    std::vector<std::thread> threads;
    for (auto& troublemaker : troublemakers) threads.emplace_back([&] { troublemaker.run(over); });
    BOOST_TEST(eventually([&] {
      const Stats stats = server.stats();
      return stats.accepted > 1'500 && stats.ended_for(EndReason::idle_timeout) > 0;
    }));
    const StopReport report = server->stop(std::chrono::milliseconds{round * 10});
    over = true;
    for (auto& thread : threads) thread.join();

    BOOST_TEST(report.stuck == 0U);
    const Stats stats = server.stats();
    BOOST_TEST(stats.open == 0U);
    std::uint64_t ends = 0;
    for (const auto count : stats.ended) ends += count;
    for (const auto count : stats.refused) ends += count;
    BOOST_TEST(ends == stats.accepted);
    BOOST_TEST(stats.ended_for(EndReason::handler_error) == 0U);
    BOOST_TEST(stats.ended_for(EndReason::peer_closed) > 0U);
  }
}

ECHOPOOL_TEST(starting_and_stopping_again_and_again) {
  ServerSettings settings = settings_for(idle);
  for (int i = 0; i < 50; ++i) {
    RunningServer server{settings};
    Client client = server.connect();
    client.send("x");
    if (i % 2 == 0) BOOST_TEST(client.receive(1) == "x");
    BOOST_TEST(server->stop(0ms).stuck == 0U);
  }
}
