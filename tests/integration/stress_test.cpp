// Ready, close, time out and stop, all at once, on thousands of connections: what the ownership rules of the
// dispatchers must survive. Most telling under the thread sanitizer.
#include "disciplines.hpp"
#include "eventually.hpp"
#include "faulty_calls.hpp"

#include <echopool/framing.hpp>

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

/// `again 1000`, `flush 1000`, `close 1000`: so many bytes, after which the handler goes on, waits for them, or ends.
Next serve_bytes(Session& peer, std::string_view line) {
  peer.write(std::string(std::stoul(std::string{line.substr(6)}), 'x'));
  if (line.starts_with("flush")) peer.flush();
  return line.starts_with("close") ? Next::close : Next::again;
}

/// Asks for more than fits, in pieces, and reads it late, in part or not at all. What comes must be right; that it ends
/// early is allowed.
void ask_for_bytes(const Endpoint& server, unsigned seed, const std::atomic<bool>& over, std::string& problem) {
  std::minstd_rand random{seed};
  while (!over && problem.empty()) try {
      std::vector<Client> clients;
      std::vector<std::size_t> sizes;
      for (int i = 0; i < 6; ++i) clients.emplace_back(server, 4'096);
      for (Client& client : clients) {
        sizes.push_back(random() % 120'000);
        const char* what = std::array{"again ", "flush ", "close "}.at(random() % 3);
        client.send(what);
        client.send(std::to_string(sizes.back()));
        if (random() % 8 == 0) continue;  // half a message
        client.send("\n");
        if (random() % 8 == 0) client.send("again 3\nagain 4\naga");
      }
      for (std::size_t i = 0; i < clients.size(); ++i) {
        if (random() % 4 == 0) {
          clients[i].reset();
        } else if (random() % 4 != 0 && clients[i].has_input(20ms)) {
          const std::string answer = clients[i].receive(sizes[i]);
          if (answer != std::string(answer.size(), 'x')) problem = "wrong bytes";
        }
      }
    } catch (const std::system_error&) {  // it was given up, refused, or the server is gone
    }
}

}  // namespace

ECHOPOOL_TEST(kept_output_is_flushed_closed_cut_off_and_drained_at_the_same_time) {
  ServerSettings settings = settings_for(idle);
  settings.pool.workers = 6;
  settings.socket.send_buffer = 16_KiB;
  settings.limits.output_total = 512_KiB;  // so that some wait for their worker
  settings.timeouts.send = settings.timeouts.message = 50ms;
  settings.timeouts.linger = 5ms;
  for (unsigned round = 0; round < 3; ++round) {
    SystemCalls calls;
    ServerInternals::Impl server{settings, calls};
    server.listen_on(loopback(), lines(64_B, serve_bytes));
    server.start();
    std::atomic<bool> over{false};
    std::array<std::string, 4> problems;
    std::vector<std::thread> threads;
    for (unsigned i = 0; i < problems.size(); ++i)
      threads.emplace_back(ask_for_bytes, server.tcp_endpoints.front(), round * 10 + i + 1, std::cref(over),
                           std::ref(problems[i]));
    BOOST_TEST(eventually([&] { return server.counters.read().accepted > 400; }));
    const StopReport report = server.stop(std::chrono::milliseconds{round * 20});
    over = true;
    for (auto& thread : threads) thread.join();
    for (const std::string& problem : problems) BOOST_TEST(problem == "");
    BOOST_TEST(report.stuck == 0U);
    BOOST_TEST(server.seats.taken() == 0U);
    BOOST_TEST(server.totals.output == 0U);
    BOOST_TEST(server.totals.input == 0U);
    const Stats stats = server.counters.read();
    std::uint64_t ends = 0;
    for (const auto count : stats.ended) ends += count;
    for (const auto count : stats.refused) ends += count;
    BOOST_TEST(ends == stats.accepted);
    BOOST_TEST(stats.ended_for(EndReason::handler_error) == 0U);
  }
}

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
