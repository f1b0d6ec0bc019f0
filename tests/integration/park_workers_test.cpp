// How many of the workers serve what is parked: no more than there are processors while turns are quick, and as many as
// there are when turns sleep.
// Tests: park_dispatcher, ready_batch, sticky_turn, epoll_set
#include "disciplines.hpp"
#include "dispatch/park/batch_size.hpp"
#include "eventually.hpp"
#include "faulty_calls.hpp"

#include <atomic>
#include <latch>
#include <mutex>
#include <set>
#include <thread>

using namespace echopool;
using namespace echopool::test;
using namespace std::chrono_literals;

namespace {

/// A machine with a chosen number of processors. Notes for how many connections a worker asks at a time.
class Machine : public SystemCalls {
 public:
  explicit Machine(std::size_t processors) : processors_{processors} {}
  std::atomic<int> asked{0};

  std::size_t processors() noexcept override { return processors_; }
  int epoll_wait(int epoll, epoll_event* events, int count, int timeout_ms) noexcept override {
    if (timeout_ms < 0) asked = count;  // the closer does not wait
    return SystemCalls::epoll_wait(epoll, events, count, timeout_ms);
  }

 private:
  std::size_t processors_;
};

/// A server on such a machine, its clients, and before each echo something else to do.
class Scene {
 public:
  Scene(std::size_t processors, std::size_t workers, std::size_t count, const std::function<void()>& before_echo)
      : machine{processors}, server_{settings(workers), machine} {
    server_.listen_on(loopback(), [before_echo](Session& peer) {
      std::array<std::byte, 100> chunk;
      const std::size_t size = peer.read_some(chunk);
      if (size == 0) return Next::close;
      before_echo();
      peer.write(std::span{chunk}.first(size));
      return Next::again;
    });
    server_.start();
    for (std::size_t i = 0; i < count; ++i) clients_.emplace_back(server_.tcp_endpoints.front());
  }

  /// A message from every client at once; true when every answer has come.
  bool round() {
    for (Client& client : clients_) client.send("x");
    for (Client& client : clients_)
      if (client.receive(1) != "x") return false;
    return true;
  }

  Machine machine;

 private:
  static ServerSettings settings(std::size_t workers) {
    ServerSettings settings = settings_for(IdleConnections::park);
    settings.pool.workers = workers;
    return settings;
  }

  ServerInternals::Impl server_;
  std::vector<Client> clients_;
};

}  // namespace

BOOST_AUTO_TEST_CASE(turns_that_block_let_every_worker_in_though_there_is_one_processor) {
  constexpr int workers = 8;
  std::latch all{workers};  // a turn ends when as many have begun
  Scene scene{1, workers, workers, [&all] { all.arrive_and_wait(); }};
  BOOST_TEST(scene.round());
}

BOOST_AUTO_TEST_CASE(turns_that_sleep_are_served_side_by_side_though_there_is_one_processor) {
  std::atomic<int> inside{0};
  std::atomic<bool> all_inside{false};
  Scene scene{1, 8, 32, [&] {
                if (++inside == 8) all_inside = true;
                std::this_thread::sleep_for(1ms);  // less than the housekeeper needs to notice
                --inside;
              }};
  BOOST_TEST(eventually([&] { return scene.round() && all_inside; }));
}

BOOST_AUTO_TEST_CASE(turns_that_have_come_to_sleep_are_served_side_by_side) {
  std::atomic<bool> slow{false};
  std::atomic<int> inside{0};
  std::atomic<bool> all_inside{false};
  Scene scene{1, 8, 32, [&] {
                if (!slow) return;
                if (++inside == 8) all_inside = true;
                std::this_thread::sleep_for(1ms);
                --inside;
              }};
  for (int rounds = 0; rounds < 100; ++rounds) BOOST_TEST(scene.round());
  slow = true;
  BOOST_TEST(eventually([&] { return scene.round() && all_inside; }));
}

BOOST_AUTO_TEST_CASE(quick_turns_are_served_by_one_worker_where_there_is_one_processor) {
  std::mutex mutex;
  std::set<std::thread::id> served;
  Scene scene{1, 8, 32, [&] {
                const std::lock_guard lock{mutex};
                served.insert(std::this_thread::get_id());
              }};
  // Others come in when it is kept from the processor until it seems to be blocked; and leave again.
  BOOST_TEST(eventually([&] {
    {
      const std::lock_guard lock{mutex};
      served.clear();
    }
    for (int rounds = 0; rounds < 50; ++rounds)
      if (!scene.round()) return false;
    const std::lock_guard lock{mutex};
    return served.size() == 1;
  }));
}

BOOST_AUTO_TEST_CASE(a_worker_takes_several_again_when_handlers_have_become_quick_again) {
  std::atomic<bool> slow{true};
  Scene scene{1, 1, 8, [&slow] {
                if (slow) std::this_thread::sleep_for(2ms);
              }};
  const auto comes_to_ask_for = [&scene](std::size_t wanted) {
    return eventually([&] { return scene.round() && scene.machine.asked == static_cast<int>(wanted); });
  };
  BOOST_TEST(comes_to_ask_for(1));
  slow = false;
  BOOST_TEST(comes_to_ask_for(BatchSize::most));
}
