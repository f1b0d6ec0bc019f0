#include "refuse/refusals.hpp"

#include "fake_calls.hpp"
#include "handed_over.hpp"
#include "kernel/tcp_stream.hpp"
#include "temporary_directory.hpp"

#include <echopool/log.hpp>

#include <boost/test/unit_test.hpp>

using namespace echopool;
using namespace echopool::test;

namespace {

struct LoggedRefusals {
  LoggedRefusals() {
    settings.sinks = {LogSink::file};
    settings.file = directory / "log";
    logging.emplace(settings);
  }

  /// What was logged, when all of it is on disk.
  std::string log() {
    logging.reset();
    return contents(settings.file);
  }

  const TemporaryDirectory directory;
  LogSettings settings;
  std::optional<Logging> logging;
  FakeCalls calls;
  Counters counters;
  int held_back = 0;
  Refusals refusals{counters, calls, [this] { ++held_back; }};
  const Endpoint peer = Endpoint::parse("192.0.2.1:5");
};

}  // namespace

BOOST_FIXTURE_TEST_CASE(a_storm_is_one_line_at_once_and_one_a_second_for_each_reason, LoggedRefusals) {
  for (int i = 0; i < 1'000; ++i) refusals.count(peer, RefuseReason::access);
  for (int i = 0; i < 2; ++i) refusals.count(peer, RefuseReason::queue_timeout);
  BOOST_TEST(held_back == 2);
  const TimePoint next = calls.clock + 1s;
  BOOST_TEST((refusals.flush(calls.clock + 999ms) == next));
  BOOST_TEST(!refusals.flush(next).has_value());
  calls.clock = next + 1s;
  refusals.count(peer, RefuseReason::access);
  BOOST_TEST(counters.read().refused_for(RefuseReason::access) == 1'001U);
  const std::string text = log();
  BOOST_TEST(count_of("connection refused", text) == 5U);
  BOOST_TEST(count_of("connection refused peer=192.0.2.1:5 reason=access count=1\n", text) == 2U);
  BOOST_TEST(count_of("connection refused peer=192.0.2.1:5 reason=access count=999\n", text) == 1U);
  BOOST_TEST(count_of("connection refused peer=192.0.2.1:5 reason=queue_timeout count=1\n", text) == 2U);
}

BOOST_FIXTURE_TEST_CASE(at_the_end_nothing_is_held_back, LoggedRefusals) {
  for (int i = 0; i < 3; ++i) refusals.count(peer, RefuseReason::stopping);
  refusals.flush_all();
  BOOST_TEST(count_of("reason=stopping count=2\n", log()) == 1U);
}

BOOST_FIXTURE_TEST_CASE(the_peer_is_reset, LoggedRefusals) {
  AcceptedConnection connection;
  {
    TcpStream stream{std::move(connection.accepted), {}, SystemCalls::real()};
    refusals.refuse(stream, peer, RefuseReason::per_source);
  }
  BOOST_TEST(!connection.client.ended_cleanly());
}
