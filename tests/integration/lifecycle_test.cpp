// Tests: run_until_signal, live
// From the constructor to the end: which call is allowed when, which thread may stop a server, and what else lives in
// the process.
#include "datagrams.hpp"
#include "disciplines.hpp"
#include "eventually.hpp"
#include "faulty_calls.hpp"
#include "temporary_directory.hpp"

#include <signal.h>
#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <future>
#include <stdexcept>
#include <thread>

using namespace echopool;
using namespace echopool::test;

namespace {

void echo_datagram(Datagram& datagram) { datagram.reply(datagram.data()); }

bool is_a_servers(const std::string& thread) {
  return thread.starts_with("worker-") || thread == "acceptor" || thread == "housekeeper" || thread == "udp";
}

/// The signals that each thread of a server blocks, by the name of the thread: "SigBlk" of proc(5).
std::vector<std::pair<std::string, std::uint64_t>> blocked_signals() {
  std::vector<std::pair<std::string, std::uint64_t>> result;
  for (const auto& task : std::filesystem::directory_iterator{"/proc/self/task"}) {
    std::ifstream status{task.path() / "status"};
    std::string name;
    for (std::string line; std::getline(status, line);) {
      if (line.starts_with("Name:\t")) name = line.substr(6);
      if (line.starts_with("SigBlk:\t") && is_a_servers(name))
        result.emplace_back(name, std::stoull(line.substr(8), nullptr, 16));
    }
  }
  return result;
}

bool blocks(std::uint64_t mask, int signal) { return (mask >> (signal - 1) & 1U) != 0; }

void block(int signal) {
  sigset_t set;
  ::sigemptyset(&set);
  ::sigaddset(&set, signal);
  ::pthread_sigmask(SIG_BLOCK, &set, nullptr);
}

/// Stops the thread that asks how many processors there are, as start() does, until the test lets it go on.
class SlowStart : public SystemCalls {
 public:
  std::size_t processors() noexcept override {
    inside = true;
    go_on.wait(false);
    return SystemCalls::processors();
  }
  std::atomic<bool> inside{false};
  std::atomic<bool> go_on{false};
};

}  // namespace

// What a thread does not block may be delivered to it, and then ends the process, whatever run_until_signal waits for.
ECHOPOOL_TEST(no_thread_of_a_server_takes_a_signal_of_the_program) {
  Server server{settings_for(idle)};
  server.serve_tcp(loopback(), echo);
  server.serve_udp(loopback(), echo_datagram);
  server.start();
  // Four workers, acceptor, housekeeper and udp; each gives itself its name.
  BOOST_TEST_REQUIRE(eventually([] { return blocked_signals().size() == 7; }));
  for (const auto& [name, mask] : blocked_signals()) {
    for (const int signal : {SIGTERM, SIGINT, SIGHUP, SIGUSR1, SIGCHLD, SIGALRM})
      BOOST_TEST(blocks(mask, signal), name << " takes signal " << signal);
    for (const int signal : {SIGSEGV, SIGBUS, SIGFPE, SIGILL})  // these are the thread's own
      BOOST_TEST(!blocks(mask, signal), name << " cannot report signal " << signal);
  }
}

ECHOPOOL_TEST(a_server_that_runs_already_waits_for_the_signal_and_is_stopped) {
  block(SIGTERM);
  RunningServer server{settings_for(idle)};
  Client client = server.connect();
  client.send("x");
  BOOST_TEST(client.receive(1) == "x");
  ::raise(SIGTERM);
  BOOST_TEST(server->run_until_signal({SIGTERM}) == 0);
  BOOST_TEST(client.ended_cleanly());
}

ECHOPOOL_TEST(several_servers_run_until_one_signal) {
  block(SIGTERM);
  Server first{settings_for(idle)};
  Server second{settings_for(idle)};
  first.serve_tcp(loopback(), echo);
  second.serve_tcp(loopback(), echo);
  second.start();  // one of them runs already
  int status = -1;
  std::thread waiter{[&] { status = run_until_signal({first, second}, {SIGTERM}); }};
  // The signal comes when both have a client.
  const auto served = [](const Endpoint& where) {
    try {
      Client client{where};
      client.send("x");
      return client.receive(1) == "x";
    } catch (const std::system_error&) {
      return false;  // it does not listen yet
    }
  };
  BOOST_TEST(eventually([&] { return served(first.endpoints().front()); }));
  BOOST_TEST(served(second.endpoints().front()));
  ::kill(::getpid(), SIGTERM);
  waiter.join();
  BOOST_TEST(status == 0);
  BOOST_CHECK_THROW(Client{first.endpoints().front()}, std::system_error);
  BOOST_CHECK_THROW(Client{second.endpoints().front()}, std::system_error);
}

ECHOPOOL_TEST(a_second_signal_ends_a_server_that_waits_for_its_handlers) {
  block(SIGTERM);
  std::atomic<bool> inside{false};
  ServerSettings settings = settings_for(idle);
  settings.timeouts.drain = 1h;
  RunningServer server{settings, [&](Session& peer) {
                         std::array<std::byte, 4> message;
                         inside = true;
                         return peer.read_exact(message) ? Next::again : Next::close;
                       }};
  Client client = server.connect();
  client.send("x");
  BOOST_TEST(eventually([&] { return inside.load(); }));
  std::thread waiter{[&] { server->run_until_signal({SIGTERM}); }};
  // A signal that is pending already is not counted again: until the stop is over, they come one after the other.
  std::atomic<bool> over{false};
  std::thread impatient{[&] {
    while (!over) {
      ::kill(::getpid(), SIGTERM);
      std::this_thread::sleep_for(1ms);
    }
  }};
  waiter.join();
  over = true;
  impatient.join();
  BOOST_TEST(server.stats().ended_for(EndReason::stopping) == 1U);
}

ECHOPOOL_TEST(a_handler_asks_for_the_end_and_the_waiting_thread_stops_the_server) {
  Server server{settings_for(idle)};
  server.serve_tcp(loopback(), [&](Session& peer) {
    if (peer.read_some().empty()) return Next::close;
    server.request_stop();
    peer.write("x");
    return Next::again;
  });
  server.start();
  const Endpoint where = server.endpoints().front();
  Client client{where};
  client.send("x");
  server.wait();
  BOOST_TEST(client.receive(1) == "x");
  client.send("x");  // what is open is served until the stop
  BOOST_TEST(client.receive(1) == "x");
  BOOST_TEST(server.run_until_signal({SIGTERM}) == 0);
  BOOST_CHECK_THROW(Client{where}, std::system_error);
}

ECHOPOOL_TEST(a_stop_by_another_thread_ends_the_wait_for_a_signal) {
  RunningServer server{settings_for(idle)};
  std::thread stopper{[&] { server->stop(1s); }};
  BOOST_TEST(server->run_until_signal({SIGTERM}) == 0);
  stopper.join();
}

ECHOPOOL_TEST(a_server_that_was_asked_to_stop_before_its_start_stops_at_once) {
  Server server{settings_for(idle)};
  server.serve_tcp(loopback(), echo);
  server.request_stop();
  BOOST_TEST(server.run_until_signal({SIGTERM}) == 0);
}

ECHOPOOL_TEST(a_service_comes_before_the_start) {
  RunningServer server{settings_for(idle)};
  BOOST_CHECK_THROW(server->serve_tcp(loopback(), echo), std::logic_error);
  BOOST_CHECK_THROW(server->serve_udp(loopback(), echo_datagram), std::logic_error);
  server->stop(1s);
  BOOST_CHECK_THROW(server->serve_tcp(loopback(), echo), std::logic_error);
}

ECHOPOOL_TEST(a_handler_cannot_stop_its_own_server) {
  std::atomic<bool> refused{false};
  RunningServer* own = nullptr;
  RunningServer server{settings_for(idle), [&](Session& peer) {
                         if (peer.read_some().empty()) return Next::close;
                         try {
                           (*own)->stop(0ms);
                         } catch (const std::logic_error&) {
                           refused = true;
                         }
                         peer.write("x");
                         return Next::again;
                       }};
  own = &server;
  Client client = server.connect();
  client.send("x");
  BOOST_TEST(client.receive(1) == "x");
  BOOST_TEST(refused.load());
}

ECHOPOOL_TEST(a_datagram_handler_cannot_stop_its_own_server) {
  Server server{settings_for(idle)};
  server.serve_udp(loopback(), [&](Datagram& datagram) {
    try {
      server.stop(0ms);
    } catch (const std::logic_error&) {
      datagram.reply(datagram.data());
    }
  });
  server.start();
  UdpPeer peer;
  BOOST_TEST(peer.ask(server.endpoints().front(), "refused").bytes == "refused");
}

// Both can bind the port (SO_REUSEADDR), only one can listen on it.
ECHOPOOL_TEST(a_start_that_failed_is_final) {
  Server first{settings_for(idle)};
  first.serve_tcp(loopback(), echo);
  Server second{settings_for(idle)};
  second.serve_tcp(first.endpoints().front(), echo);
  first.start();
  BOOST_CHECK_THROW(second.start(), StartError);
  first.stop(1s);
  BOOST_CHECK_THROW(second.start(), std::logic_error);
  BOOST_CHECK_THROW(Client{first.endpoints().front()}, std::system_error);
}

BOOST_AUTO_TEST_CASE(a_stop_during_the_start_ends_the_server) {
  SlowStart calls;
  ServerInternals::Impl server{settings_for(IdleConnections::park), calls};
  server.listen_on(loopback(), echo);
  const Endpoint where = server.tcp_endpoints.front();
  std::thread starter{[&] { server.start(); }};
  BOOST_TEST(eventually([&] { return calls.inside.load(); }));
  auto stopped = std::async(std::launch::async, [&] { return server.stop(1s); });
  static_cast<void>(stopped.wait_for(50ms));  // gives it the time to be wrong
  calls.go_on = true;
  calls.go_on.notify_all();
  starter.join();
  stopped.get();
  BOOST_CHECK_THROW(Client{where}, std::system_error);
}

// Workers that wait for a first byte are woken by SIGURG; the handler for it is the process's.
BOOST_AUTO_TEST_CASE(two_servers_that_stop_at_once_do_not_disturb_each_other) {
  struct sigaction before {};
  ::sigaction(SIGURG, nullptr, &before);
  for (int round = 0; round < 30; ++round) {
    RunningServer first{settings_for(IdleConnections::hold)};
    RunningServer second{settings_for(IdleConnections::hold)};
    Client one = first.connect();
    Client two = second.connect();
    std::thread stopper{[&] { first->stop(20s); }};
    second->stop(20s);
    stopper.join();
    struct sigaction now {};
    ::sigaction(SIGURG, nullptr, &now);
    BOOST_TEST_REQUIRE((now.sa_handler == before.sa_handler), "after round " << round);
  }
}

ECHOPOOL_TEST(a_limit_that_was_lowered_before_the_start_bounds_a_later_one) {
  Server server{settings_for(idle)};
  ServerSettings settings = settings_for(idle);
  settings.limits.connections = 2;
  settings.pool.overflow = Overflow::wait;
  server.serve_tcp(loopback(), echo);
  server.reconfigure(settings);
  server.start();
  settings.limits.connections = 100;
  server.reconfigure(settings);
  std::vector<Client> clients;
  for (int i = 0; i < 5; ++i) {
    clients.emplace_back(server.endpoints().front());
    clients.back().send("hello");
  }
  for (Client& client : clients) {
    BOOST_TEST(client.receive(5) == "hello");
    client.close();
  }
}

// Access list, seats and all the rest come from one of two reloads, never from both.
ECHOPOOL_TEST(of_two_reloads_at_a_time_one_comes_after_the_other) {
  ServerInternals::Impl server{settings_for(idle), SystemCalls::real()};
  server.listen_on(loopback(), echo);
  server.start();
  const auto reload = [&](const char* denied, std::size_t connections) {
    ServerSettings settings = settings_for(idle);
    settings.access.deny = {denied};
    settings.limits.connections = connections;
    for (int i = 0; i < 20; ++i) server.reconfigure(settings);
  };
  const Endpoint one = Endpoint::parse("192.0.2.1:1");
  int mixtures = 0;
  for (int round = 0; round < 200; ++round) {
    std::thread other{[&] { reload("192.0.2.1", 10); }};
    reload("192.0.2.2", 20);
    other.join();
    const bool denies_one = !server.access.get()->admits(one);
    mixtures += denies_one != (server.settings.get()->limits.connections == 10) ? 1 : 0;
  }
  BOOST_TEST(mixtures == 0);
}
