// What only parking promises: a connection costs no worker while it waits, and no connection waits behind a turn that
// blocks.
// Tests: park_dispatcher, ready_batch, sticky_turn, epoll_set
#include "disciplines.hpp"
#include "eventually.hpp"

#include <pthread.h>
#include <sys/socket.h>

#include <atomic>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

using namespace echopool;
using namespace echopool::test;

namespace {

/// Echoes, but a message that begins with '1' or '2' waits until gate 1 or 2 is opened.
class Gated {
 public:
  Handler handler() {
    return [this](Session& peer) {
      std::array<std::byte, 100> chunk;
      const std::size_t size = peer.read_some(chunk);
      if (size == 0) return Next::close;
      const int gate = static_cast<int>(chunk[0]) - '1';
      if (gate == 0 || gate == 1) {
        ++waiting[static_cast<std::size_t>(gate)];
        open_[static_cast<std::size_t>(gate)].wait(false);
      }
      peer.write(std::span{chunk}.first(size));
      return Next::again;
    };
  }
  void open(std::size_t gate) {
    open_[gate] = true;
    open_[gate].notify_all();
  }
  std::array<std::atomic<int>, 2> waiting{};

 private:
  std::array<std::atomic<bool>, 2> open_{};
};

/// Waits, before it reads, at the gate of its connection, if it has one, and answers with all it finds.
class GatedByConnection {
 public:
  Handler handler() {
    return [this](Session& peer) {
      if (peer.id() < at_.size() && closed_[peer.id()]) {
        ++at_[peer.id()];
        closed_[peer.id()].wait(true);
        --at_[peer.id()];
      }
      std::array<std::byte, 4096> chunk;
      const std::size_t size = peer.read_some(chunk);
      if (size == 0) return Next::close;
      peer.write(std::span{chunk}.first(size));
      return Next::again;
    };
  }
  void close(std::size_t id) { closed_[id] = true; }
  void open(std::size_t id) {
    closed_[id] = false;
    closed_[id].notify_all();
  }
  bool is_any_turn_at(std::size_t id) const { return at_[id] > 0; }

 private:
  std::array<std::atomic<bool>, 8> closed_{};
  std::array<std::atomic<int>, 8> at_{};
};

ServerSettings parked(std::size_t workers) {
  ServerSettings settings = settings_for(IdleConnections::park);
  settings.pool.workers = workers;
  return settings;
}

}  // namespace

BOOST_AUTO_TEST_CASE(what_is_ready_does_not_wait_behind_a_turn_that_blocks) {
  Gated gated;
  RunningServer server{parked(2), gated.handler()};
  std::vector<Client> first;
  for (int i = 0; i < 2; ++i) {
    first.push_back(server.connect());
    first.back().send("1");
  }
  BOOST_REQUIRE(eventually([&] { return gated.waiting[0] == 2; }));
  // Both workers are busy: what comes now is taken in one batch, and the first of it blocks.
  Client blocker = server.connect();
  blocker.send("2");
  std::vector<Client> others;
  for (int i = 0; i < 6; ++i) {
    others.push_back(server.connect());
    others.back().send("hello");
  }
  BOOST_REQUIRE(eventually([&] { return server.stats().open == 9; }));
  gated.open(0);
  for (Client& client : others) BOOST_TEST(client.receive(5) == "hello");
  BOOST_TEST(gated.waiting[1] == 1);
  gated.open(1);
  BOOST_TEST(blocker.receive(1) == "2");
}

BOOST_AUTO_TEST_CASE(a_worker_does_not_wait_for_input_that_another_has_read) {
  for (int round = 0; round < 5; ++round) {
    GatedByConnection gates;
    RunningServer server{parked(2), gates.handler()};
    Client first = server.connect(), second = server.connect(), shared = server.connect();  // 1, 2, 3
    for (std::size_t id = 1; id <= 3; ++id) gates.close(id);
    shared.send("a");
    BOOST_REQUIRE(eventually([&] { return gates.is_any_turn_at(3); }));
    first.send("x");
    BOOST_REQUIRE(eventually([&] { return gates.is_any_turn_at(1); }));
    // Both workers are busy. One takes what comes now in one batch: the second, which blocks, and more of the shared.
    second.send("y");
    shared.send("b");
    gates.open(1);
    BOOST_REQUIRE(eventually([&] { return gates.is_any_turn_at(2); }));
    gates.open(3);  // the other worker reads it all, before the first comes to it
    BOOST_TEST(shared.receive(2) == "ab");
    gates.open(2);
    BOOST_TEST(second.receive(1) == "y");
    // Both workers are free.
    gates.close(1);
    gates.close(2);
    first.send("x");
    second.send("y");
    BOOST_TEST(eventually([&] { return gates.is_any_turn_at(1) && gates.is_any_turn_at(2); }));
    gates.open(1);
    gates.open(2);
  }
}

BOOST_AUTO_TEST_CASE(what_a_bounded_turn_leaves_in_the_kernel_is_served_though_nothing_more_comes) {
  constexpr int blocks = 40;
  std::atomic<bool> open{false};
  std::atomic<bool> busy{false};
  ServerSettings settings = parked(1);
  settings.socket.receive_buffer = 1_MiB;
  RunningServer server{settings, [&](Session& peer) {
                         std::array<std::byte, 4096> block;
                         if (peer.id() == 1) {
                           busy = true;
                           open.wait(false);
                         }
                         if (!peer.read_exact(block)) return Next::close;
                         peer.write("x");
                         return Next::again;
                       }};
  Client blocker = server.connect();
  blocker.send("x");
  BOOST_REQUIRE(eventually([&] { return busy.load(); }));
  Client client = server.connect();
  client.send(pattern(blocks * 4096));  // all there when the worker takes the connection, more than a turn serves
  open = true;
  open.notify_all();
  blocker.close();
  BOOST_TEST(client.receive(blocks) == std::string(blocks, 'x'));
}

BOOST_AUTO_TEST_CASE(a_connection_that_talks_alone_does_not_keep_the_others_out) {
  RunningServer server{parked(2)};
  Client alone = server.connect();
  for (int i = 0; i < 1'000; ++i) {
    alone.send("x");
    BOOST_REQUIRE(alone.receive(1) == "x");
  }
  std::vector<Client> others;
  for (int i = 0; i < 10; ++i) {
    others.push_back(server.connect());
    others.back().send("y");
    BOOST_TEST(others.back().receive(1) == "y");
  }
  alone.send("z");
  BOOST_TEST(alone.receive(1) == "z");
  alone.finish_sending();
  BOOST_TEST(alone.ended_cleanly());
}

BOOST_AUTO_TEST_CASE(a_connection_that_talks_alone_is_ended_by_its_limits_as_any_other) {
  ServerSettings settings = parked(2);
  settings.timeouts.idle = 100ms;
  RunningServer server{settings};
  Client alone = server.connect();
  for (int i = 0; i < 100; ++i) {
    alone.send("x");
    BOOST_REQUIRE(alone.receive(1) == "x");
  }
  BOOST_TEST(alone.ended_cleanly());
  alone.close();
  BOOST_TEST(eventually([&] { return server.stats().ended_for(EndReason::idle_timeout) == 1; }));
}

BOOST_AUTO_TEST_CASE(a_burst_of_pipelined_lines_is_served_in_bounded_turns_and_in_full) {
  RunningServer server{parked(1), [](Session& peer) {
                         const auto line = peer.read_line();
                         if (!line) return Next::close;
                         peer.write(std::string{*line} + "\n");
                         return Next::again;
                       }};
  Client bulk = server.connect();
  std::string lines;
  for (int i = 0; i < 5'000; ++i) lines += std::to_string(i) + "\n";
  bulk.send(lines);
  Client other = server.connect();
  other.send("me\n");
  BOOST_TEST(other.receive(3) == "me\n");
  bulk.finish_sending();
  BOOST_TEST((bulk.receive_all() == lines));
}

// The bound of DESIGN: N workers and M peers that never read; everyone else is served within ceil(M/N) times `send`,
// and each offender is gone by its limit.
BOOST_AUTO_TEST_CASE(peers_that_never_read_are_gone_by_their_limit_and_others_are_served) {
  ServerSettings settings = parked(2);
  settings.timeouts.send = 200ms;
  settings.socket.send_buffer = 16_KiB;
  RunningServer server{settings};
  const std::string flood = pattern(1 << 20);
  std::vector<Client> offenders;
  for (int i = 0; i < 4; ++i) {
    offenders.emplace_back(server.endpoint(), 4096);
    while (offenders.back().send_some(flood) > 0) continue;
  }
  Client honest = server.connect();
  honest.send("hello");
  BOOST_TEST(honest.receive(5) == "hello");
  BOOST_TEST(eventually([&] { return server.stats().ended_for(EndReason::send_timeout) == 4; }));
}

BOOST_AUTO_TEST_CASE(peers_that_drip_are_gone_by_their_limit_and_others_are_served) {
  ServerSettings settings = parked(2);
  settings.timeouts.message = 200ms;
  RunningServer server{settings, [](Session& peer) {
                         const auto line = peer.read_line();
                         if (!line) return Next::close;
                         peer.write(*line);
                         return Next::again;
                       }};
  std::vector<Client> offenders;
  for (int i = 0; i < 4; ++i) offenders.push_back(server.connect());
  std::atomic<bool> over{false};
  std::thread drip{[&] {
    while (!over) {
      for (Client& offender : offenders) static_cast<void>(::send(offender.fd(), "x", 1, MSG_NOSIGNAL));
      std::this_thread::sleep_for(10ms);
    }
  }};
  Client honest = server.connect();
  honest.send("hello\n");
  BOOST_TEST(honest.receive(5) == "hello");
  BOOST_TEST(eventually([&] { return server.stats().ended_for(EndReason::message_timeout) == 4; }));
  over = true;
  drip.join();
}

namespace {

/// Notes on which threads the handlers of single connections die.
class Deaths {
 public:
  /// A factory: what it makes belongs to one connection.
  auto factory() {
    return [this] {
      return [grave = std::shared_ptr<void>{nullptr, [this](void*) { note(); }}](Session& peer) {
        return peer.read_line() == "QUIT" ? Next::close : Next::again;
      };
    };
  }
  [[nodiscard]] std::vector<std::string> threads() const {
    const std::lock_guard lock{mutex_};
    return threads_;
  }

 private:
  void note() {
    char name[16] = {};
    ::pthread_getname_np(::pthread_self(), name, sizeof name);
    const std::lock_guard lock{mutex_};
    threads_.emplace_back(name);
  }

  mutable std::mutex mutex_;
  std::vector<std::string> threads_;  // guarded by mutex_
};

}  // namespace

// What a handler's destructor waits for would hold up the time limits of all others.
ECHOPOOL_TEST(a_handler_of_one_connection_dies_on_a_worker) {
  Deaths deaths;
  ServerSettings settings = settings_for(idle);
  settings.timeouts.idle = 50ms;
  RunningServer server{settings, deaths.factory()};
  Client lingers = server.connect();
  lingers.send("QUIT\n");
  BOOST_TEST(eventually([&] { return deaths.threads().size() == 1U; }));
  Client overdue = server.connect();
  overdue.send("HELLO\n");
  BOOST_TEST(eventually([&] { return deaths.threads().size() == 2U; }));
  for (const std::string& thread : deaths.threads()) BOOST_TEST(thread.starts_with("worker-"), thread);
}
