// Tests: reporting_writer
#include "logging/sink_thread.hpp"

#include "eventually.hpp"
#include "logging/line_count.hpp"
#include "logging/line_receiver.hpp"

#include <boost/test/unit_test.hpp>

#include <signal.h>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <mutex>
#include <stdexcept>
#include <thread>

using namespace echopool;
using echopool::test::eventually;

namespace {

/// What a MemoryWriter does and has done; shared with it because the sink owns the writer.
class Memory {
 public:
  void block() {
    set([this] { is_blocked_ = true; });
  }
  void unblock() {
    set([this] { is_blocked_ = false; });
  }
  void fail(const std::string& error) {
    set([&] { error_ = error; });
  }
  void fail_to_open(int times) {
    set([&] { open_failures_ = times; });
  }

  [[nodiscard]] std::vector<std::string> lines() const {
    const std::lock_guard lock{mutex_};
    return lines_;
  }
  [[nodiscard]] bool has(const std::string& line) const {
    const auto all = lines();
    return std::find(all.begin(), all.end(), line) != all.end();
  }
  [[nodiscard]] bool is_writing() const {
    const std::lock_guard lock{mutex_};
    return is_writing_;
  }
  [[nodiscard]] bool is_destroyed() const { return is_destroyed_.load(); }

 private:
  friend class MemoryWriter;

  template <class Change>
  void set(Change change) {
    const std::lock_guard lock{mutex_};
    change();
    changed_.notify_all();
  }

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::string> lines_;
  std::string error_;
  int open_failures_ = 0;
  bool is_blocked_ = false;
  bool is_writing_ = false;
  std::atomic<bool> is_destroyed_{false};
};

class MemoryWriter final : public LineWriter {
 public:
  explicit MemoryWriter(std::shared_ptr<Memory> memory) : memory_{std::move(memory)} {}
  ~MemoryWriter() override { memory_->is_destroyed_ = true; }

  void open() override {
    const std::lock_guard lock{memory_->mutex_};
    if (memory_->open_failures_ > 0 && memory_->open_failures_-- > 0) throw std::runtime_error{"not yet"};
  }

  void write(const LogLine& line) override {
    std::unique_lock lock{memory_->mutex_};
    memory_->is_writing_ = true;
    memory_->changed_.wait(lock, [this] { return !memory_->is_blocked_; });
    memory_->is_writing_ = false;
    if (!memory_->error_.empty()) throw std::runtime_error{memory_->error_};
    memory_->lines_.push_back(line.text);
  }

 private:
  std::shared_ptr<Memory> memory_;
};

/// A connected sink that writes into memory.
struct Sink {
  explicit Sink(LogSink name = LogSink::file) {
    sinks.push_back(std::make_unique<SinkThread>(name, std::make_unique<MemoryWriter>(memory)));
    exchange_sinks({}, sinks);
  }
  ~Sink() {
    memory->unblock();
    disconnect();
  }
  void disconnect() {
    exchange_sinks(sinks, {});
    sinks.clear();
  }

  std::shared_ptr<Memory> memory = std::make_shared<Memory>();
  SinkThreads sinks;
};

/// Leaves `sink` hanging in its first line, with an empty queue.
void hang(Sink& sink) {
  sink.memory->block();
  hand_over(LogLevel::info, "first");
  BOOST_REQUIRE(eventually([&] { return sink.memory->is_writing(); }));
}

struct NoneLost {
  NoneLost() { lost_lines = 0; }
};

/// Announcements go out like any other line of their level, so the test must have set one.
struct EverythingLogged : NoneLost {
  EverythingLogged() {
    LogSettings settings;
    settings.sinks.clear();
    logging = std::make_unique<Logging>(settings);
  }
  std::unique_ptr<Logging> logging;
};

constexpr auto second = std::chrono::seconds{1};
std::chrono::steady_clock::time_point in(std::chrono::milliseconds time) {
  return std::chrono::steady_clock::now() + time;
}

}  // namespace

BOOST_FIXTURE_TEST_CASE(every_sink_gets_every_line_in_order, NoneLost) {
  const Sink one;
  const Sink other;
  std::vector<std::string> issued;
  for (int i = 0; i < 1000; ++i) hand_over(LogLevel::info, issued.emplace_back("line " + std::to_string(i)));
  BOOST_TEST(eventually([&] { return one.memory->lines() == issued && other.memory->lines() == issued; }));
  BOOST_TEST(lost_lines.load() == 0U);
}

BOOST_FIXTURE_TEST_CASE(a_hung_sink_never_blocks_and_what_it_cannot_take_is_counted_and_reported, NoneLost) {
  Sink sink;
  hang(sink);
  for (std::size_t i = 0; i < log_queue_capacity; ++i) hand_over(LogLevel::info, "queued");
  BOOST_TEST(lost_lines.load() == 0U);
  for (int i = 0; i < 500; ++i) hand_over(LogLevel::info, "too many");
  BOOST_TEST(lost_lines.load() == 500U);

  sink.memory->unblock();
  BOOST_TEST(eventually([&] { return sink.memory->lines().size() == 1 + log_queue_capacity + 1; }));
  BOOST_TEST(sink.memory->has("log records lost count=500 sink=file"));
  BOOST_TEST(!sink.memory->has("too many"));
}

BOOST_FIXTURE_TEST_CASE(a_hung_sink_does_not_hold_up_another_which_tells_about_it, EverythingLogged) {
  Sink stuck{LogSink::syslog};
  const Sink healthy;
  hang(stuck);
  for (std::size_t i = 0; i < log_queue_capacity + 10; ++i) {
    hand_over(LogLevel::info, "line");
    if (i % 1000 == 0) BOOST_REQUIRE(eventually([&] { return healthy.memory->lines().size() >= i; }));
  }
  BOOST_TEST(eventually([&] { return healthy.memory->lines().size() == 1 + log_queue_capacity + 10 + 1; }));
  BOOST_TEST(healthy.memory->has(R"(log sink failed sink=syslog error="its queue of 16384 lines is full")"));
  BOOST_TEST(lost_lines.load() == 10U);
}

BOOST_FIXTURE_TEST_CASE(lines_a_sink_fails_to_write_are_counted_and_the_others_are_told_once, EverythingLogged) {
  const Sink broken;
  const Sink healthy{LogSink::syslog};
  broken.memory->fail("No space left on device");
  for (int i = 0; i < 3; ++i) hand_over(LogLevel::info, "line");
  BOOST_TEST(eventually([&] { return lost_lines.load() == 3U; }));
  BOOST_TEST(eventually([&] { return healthy.memory->lines().size() == 4U; }));
  BOOST_TEST(healthy.memory->has(R"(log sink failed sink=file error="No space left on device")"));

  broken.memory->fail("");
  hand_over(LogLevel::info, "works again");
  BOOST_TEST(eventually([&] { return broken.memory->lines().size() == 2U; }));
  BOOST_TEST(broken.memory->has("log records lost count=3 sink=file"));
}

BOOST_FIXTURE_TEST_CASE(an_outage_that_begins_before_lines_are_wanted_is_told_afterwards, NoneLost) {
  const Sink broken;
  const Sink healthy{LogSink::syslog};
  broken.memory->fail("No space left on device");
  hand_over(LogLevel::info, "line");
  BOOST_TEST(eventually([&] { return lost_lines.load() == 1U; }));
  const EverythingLogged wanted;
  hand_over(LogLevel::info, "line");
  BOOST_TEST(eventually([&] { return lost_lines.load() == 1U; }));  // a Logging counts anew
  BOOST_TEST(
      eventually([&] { return healthy.memory->has(R"(log sink failed sink=file error="No space left on device")"); }));
}

BOOST_FIXTURE_TEST_CASE(a_sink_that_cannot_be_opened_is_tried_again_with_the_next_line, NoneLost) {
  const auto memory = std::make_shared<Memory>();
  memory->fail_to_open(2);  // when the thread starts, and with the first line
  SinkThreads sinks;
  sinks.push_back(std::make_unique<SinkThread>(LogSink::file, std::make_unique<MemoryWriter>(memory)));
  exchange_sinks({}, sinks);
  hand_over(LogLevel::info, "one");
  BOOST_TEST(eventually([] { return lost_lines.load() == 1U; }));
  hand_over(LogLevel::info, "two");
  BOOST_TEST(eventually([&] { return memory->has("two") && memory->has("log records lost count=1 sink=file"); }));
  exchange_sinks(sinks, {});
}

BOOST_FIXTURE_TEST_CASE(stopping_writes_out_what_is_queued_and_reports_the_last_losses, NoneLost) {
  Sink sink;
  hang(sink);
  for (std::size_t i = 0; i < log_queue_capacity + 7; ++i) hand_over(LogLevel::info, "line");
  exchange_sinks(sink.sinks, {});
  sink.sinks.front()->stop();
  BOOST_TEST(!sink.sinks.front()->join_until(in(std::chrono::milliseconds{1})));
  sink.memory->unblock();
  BOOST_TEST(sink.sinks.front()->join_until(in(20 * second)));
  BOOST_TEST(sink.memory->lines().size() == 1 + log_queue_capacity + 1);
  BOOST_TEST(sink.memory->has("log records lost count=7 sink=file"));
  BOOST_TEST(sink.memory->is_destroyed());
  exchange_sinks({}, sink.sinks);  // as the fixture expects
}

BOOST_FIXTURE_TEST_CASE(a_thread_that_hangs_is_left_behind_and_writes_nothing_more, NoneLost) {
  Sink sink;
  hang(sink);
  for (int i = 0; i < 20; ++i) hand_over(LogLevel::info, "queued");
  exchange_sinks(sink.sinks, {});
  sink.sinks.front()->stop();
  sink.sinks.clear();
  BOOST_TEST(lost_lines.load() == 21U);

  sink.memory->unblock();
  BOOST_TEST(eventually([&] { return sink.memory->is_destroyed(); }));
  BOOST_TEST(sink.memory->lines().size() <= 1U);  // the one it was writing
  BOOST_TEST(lost_lines.load() == 21U);
}

BOOST_FIXTURE_TEST_CASE(no_line_falls_between_old_and_new_sinks, NoneLost) {
  const auto memory = std::make_shared<Memory>();
  const auto new_sinks = [&] {
    SinkThreads sinks;
    sinks.push_back(std::make_unique<SinkThread>(LogSink::file, std::make_unique<MemoryWriter>(memory)));
    return sinks;
  };
  std::atomic<bool> is_done{false};
  std::atomic<std::size_t> issued{0};
  SinkThreads sinks = new_sinks();
  exchange_sinks({}, sinks);
  std::vector<std::thread> threads;
  for (int i = 0; i < 3; ++i)
    threads.emplace_back([&] {
      while (!is_done) {
        hand_over(LogLevel::info, "line");
        issued += 1;
        std::this_thread::yield();
      }
    });
  for (int i = 0; i < 50; ++i) {
    BOOST_REQUIRE(eventually([&, before = issued.load()] { return issued > before + 10; }));
    SinkThreads in = new_sinks();
    exchange_sinks(sinks, in);
    sinks = std::move(in);  // ends the old ones
  }
  is_done = true;
  for (auto& thread : threads) thread.join();
  exchange_sinks(sinks, {});
  sinks.clear();
  // Reports of losses, should this machine be too slow for the queue, are lines as well.
  const auto all = memory->lines();
  const auto lines = static_cast<std::uint64_t>(std::count(all.begin(), all.end(), "line"));
  BOOST_TEST(lines + lost_lines.load() == issued.load());
}

BOOST_FIXTURE_TEST_CASE(without_sinks_a_line_goes_nowhere, NoneLost) {
  hand_over(LogLevel::critical, "not on standard output");
  BOOST_TEST(lost_lines.load() == 0U);
}

BOOST_FIXTURE_TEST_CASE(errno_is_kept, NoneLost) {
  const Sink sink;
  errno = ENOTTY;
  hand_over(LogLevel::info, "line");
  BOOST_TEST(errno == ENOTTY);
}

BOOST_AUTO_TEST_CASE(signals_never_interrupt_a_sinks_thread) {
  struct MaskWriter final : LineWriter {
    explicit MaskWriter(std::atomic<int>& told) : blocked{told} {}
    void write(const LogLine&) override {
      ::sigset_t mask;
      ::pthread_sigmask(SIG_SETMASK, nullptr, &mask);
      int count = 0;
      for (const int number : {SIGTERM, SIGINT, SIGHUP, SIGPIPE, SIGUSR1}) count += ::sigismember(&mask, number);
      blocked = count;
    }
    std::atomic<int>& blocked;
  };
  std::atomic<int> blocked{-1};
  SinkThreads sinks;
  sinks.push_back(std::make_unique<SinkThread>(LogSink::file, std::make_unique<MaskWriter>(blocked)));
  exchange_sinks({}, sinks);
  hand_over(LogLevel::info, "line");
  BOOST_TEST(eventually([&] { return blocked == 5; }));
  exchange_sinks(sinks, {});
  ::sigset_t mine;
  ::pthread_sigmask(SIG_SETMASK, nullptr, &mine);
  BOOST_TEST(::sigismember(&mine, SIGTERM) == 0);
}
