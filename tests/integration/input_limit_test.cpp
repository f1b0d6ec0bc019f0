// Parked only: what unfinished messages keep together is bounded by `limits.input`, and messages that fill it are still
// finished one after the other.
// Tests: input_share, session_input, parking_lot
#include "disciplines.hpp"
#include "eventually.hpp"
#include "temporary_directory.hpp"

#include <echopool/framing.hpp>
#include <echopool/log.hpp>

#include <boost/test/unit_test.hpp>

#include <string>
#include <vector>

using namespace echopool;
using namespace echopool::test;
using namespace std::chrono_literals;

namespace {

constexpr ByteSize limit = 128_KiB;
constexpr std::size_t frame = 1024UL * 1024;
/// What one worker reads before it looks again, and the growth that hand_out() expects.
constexpr std::size_t at_a_time = 256UL * 1024;

ServerSettings small() {
  ServerSettings settings = settings_for(IdleConnections::park);
  settings.pool.workers = 2;
  settings.limits.input = limit;
  settings.socket.receive_buffer = 32_KiB;
  settings.timeouts.idle = settings.timeouts.receive = settings.timeouts.message = settings.timeouts.send = 1h;
  return settings;
}

Handler measured_lines() {
  return lines(ByteSize{frame}, [](Session& peer, std::string_view line) {
    peer.write(std::to_string(line.size()) + "\n");
    return Next::again;
  });
}

/// Sends all but the end of a line, as far as the server takes it.
class Sender {
 public:
  Sender(const Endpoint& server, std::size_t length) : client_{server}, line_(length, 'x') { line_ += '\n'; }

  void send_a_part() { sent_ += client_.send_some(std::string_view{line_}.substr(sent_, line_.size() - 1 - sent_)); }
  void send_the_rest() { sent_ += client_.send_some(std::string_view{line_}.substr(sent_)); }
  [[nodiscard]] bool has_sent_all() const { return sent_ == line_.size(); }
  [[nodiscard]] bool has_answer() { return client_.has_input(0ms); }
  [[nodiscard]] std::string answer() { return client_.receive(std::to_string(line_.size() - 1).size() + 1); }
  void reset() { client_.reset(); }

 private:
  Client client_;
  std::string line_;
  std::size_t sent_ = 0;
};

std::vector<Sender> senders(const RunningServer& server, int count, std::size_t length) {
  std::vector<Sender> all;
  for (int i = 0; i < count; ++i) all.emplace_back(server.endpoint(), length);
  return all;
}

/// Lets all clients send until the server keeps as much as it will for a while.
void fill(RunningServer& server, std::vector<Sender>& all) {
  BOOST_TEST(eventually([&] {
    for (Sender& each : all) each.send_a_part();
    return server.stats().kept_input >= limit.bytes();
  }));
}

}  // namespace

BOOST_AUTO_TEST_CASE(unfinished_messages_keep_no_more_than_the_limit_and_the_one_that_is_favoured) {
  RunningServer server{small(), measured_lines()};
  auto all = senders(server, 16, frame - 1);
  fill(server, all);
  std::size_t most = 0;
  for (int i = 0; i < 300; ++i) {
    for (Sender& each : all) each.send_a_part();
    most = std::max<std::size_t>(most, server.stats().kept_input);
    static_cast<void>(all.front().has_answer());
  }
  BOOST_TEST(most <= limit.bytes() + frame + frame / 4 + 2 * at_a_time);
}

BOOST_AUTO_TEST_CASE(messages_that_fill_the_limit_are_all_finished_and_small_ones_are_served_meanwhile) {
  RunningServer server{small(), measured_lines()};
  auto all = senders(server, 12, 400'000);
  fill(server, all);
  Client honest = server.connect();
  honest.send("hello\n");
  BOOST_TEST(honest.receive(2) == "5\n");
  BOOST_TEST(eventually([&] {
    for (Sender& each : all) each.send_the_rest();
    return std::ranges::all_of(all, [](const Sender& each) { return each.has_sent_all(); });
  }));
  for (Sender& each : all) BOOST_TEST(each.answer() == "400000\n");
  BOOST_TEST(eventually([&] { return server.stats().kept_input == 0U; }));
}

BOOST_AUTO_TEST_CASE(a_peer_that_resets_while_it_waits_for_its_share_is_noticed) {
  RunningServer server{small(), measured_lines()};
  auto all = senders(server, 16, frame - 1);
  fill(server, all);
  BOOST_TEST(eventually([&] {
    for (Sender& each : all) each.send_a_part();
    return server.stats().incomplete == 16U;
  }));
  for (Sender& each : all) each.reset();
  BOOST_TEST(eventually([&] { return server.stats().ended_for(EndReason::reset) == 16U; }));
  BOOST_TEST(eventually([&] { return server.stats().kept_input == 0U; }));
}

BOOST_AUTO_TEST_CASE(a_message_that_waits_for_its_share_ends_at_its_time_limit) {
  ServerSettings settings = small();
  settings.timeouts.message = 300ms;
  RunningServer server{settings, measured_lines()};
  auto all = senders(server, 16, frame - 1);
  for (Sender& each : all) each.send_a_part();
  BOOST_TEST(eventually([&] { return server.stats().ended_for(EndReason::message_timeout) == 16U; }));
  BOOST_TEST(eventually([&] { return server.stats().kept_input == 0U; }));
}

BOOST_AUTO_TEST_CASE(a_line_of_the_log_tells_that_the_limit_is_reached) {
  const TemporaryDirectory directory;
  LogSettings log;
  log.sinks = {LogSink::file};
  log.file = directory / "log";
  const Logging logging{log};
  RunningServer server{small(), measured_lines()};
  auto all = senders(server, 16, frame - 1);
  BOOST_TEST(eventually([&] {
    for (Sender& each : all) each.send_a_part();
    return contents(log.file).find("warning input limit reached kept=") != std::string::npos;
  }));
}
