#include "housekeeping/housekeeper.hpp"

#include "eventually.hpp"

#include <boost/test/unit_test.hpp>

#include <unistd.h>

#include <thread>

using namespace echopool;
using echopool::test::eventually;
using namespace std::chrono_literals;

namespace {

struct Fixture {
  SystemCalls& calls = SystemCalls::real();
  std::atomic<int> rounds{0};
  Housekeeper housekeeper{calls};  // a test whose chores use what the test owns stops it first

  Housekeeper::Work count() {
    return [this](TimePoint) {
      ++rounds;
      return std::nullopt;
    };
  }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(housekeeping, Fixture)

BOOST_AUTO_TEST_CASE(a_chore_is_called_at_the_start_and_after_each_nudge) {
  housekeeper.start({{.work = count()}});
  BOOST_TEST(eventually([&] { return rounds == 1; }));
  housekeeper.nudge();
  BOOST_TEST(eventually([&] { return rounds == 2; }));
}

BOOST_AUTO_TEST_CASE(a_chore_is_called_again_at_the_earliest_time_that_one_asked_for) {
  housekeeper.start({{.work = [](TimePoint now) { return std::optional{now + 1h}; }},
                     {.work =
                          [this](TimePoint now) {
                            ++rounds;
                            return std::optional{now + 1ms};
                          }},
                     {.work = [](TimePoint) { return std::nullopt; }}});
  BOOST_TEST(eventually([&] { return rounds > 3; }));
}

BOOST_AUTO_TEST_CASE(a_chore_is_called_when_its_descriptor_is_readable) {
  int ends[2];
  BOOST_REQUIRE(::pipe(ends) == 0);
  const UniqueFd in{ends[0]};
  const UniqueFd out{ends[1]};
  std::atomic<int> read_bytes{0};
  housekeeper.start({{.work =
                          [&](TimePoint) {
                            pollfd ready{.fd = in.get(), .events = POLLIN, .revents = 0};
                            char byte = 0;
                            if (::poll(&ready, 1, 0) > 0 && ::read(in.get(), &byte, 1) == 1) ++read_bytes;
                            ++rounds;
                            return std::nullopt;
                          },
                      .fd = in.get()}});
  BOOST_TEST(eventually([&] { return rounds == 1; }));
  BOOST_REQUIRE(::write(out.get(), "x", 1) == 1);
  BOOST_TEST(eventually([&] { return read_bytes == 1; }));
  housekeeper.stop();
}

BOOST_AUTO_TEST_CASE(chores_are_called_once_more_before_the_thread_ends) {
  std::atomic<bool> last{false};
  std::atomic<bool> seen{false};
  housekeeper.start({{.work = [&](TimePoint) {
    ++rounds;
    if (last) seen = true;
    return std::nullopt;
  }}});
  BOOST_TEST(eventually([&] { return rounds == 1; }));
  last = true;
  housekeeper.stop();
  BOOST_TEST(seen);
}

BOOST_AUTO_TEST_CASE(chores_run_on_one_thread_after_the_beginning) {
  std::thread::id beginner;
  std::atomic<bool> same{false};
  housekeeper.start({{.work =
                          [&](TimePoint) {
                            same = std::this_thread::get_id() == beginner && beginner != std::thread::id{};
                            ++rounds;
                            return std::nullopt;
                          }}},
                    [&] { beginner = std::this_thread::get_id(); });
  BOOST_TEST(eventually([&] { return rounds == 1; }));
  housekeeper.stop();
  BOOST_TEST(same);
}

BOOST_AUTO_TEST_SUITE_END()
