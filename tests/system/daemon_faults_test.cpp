// The real echopoold while one of its calls to the C library fails, the first one and the second one and so on: it
// lives or says why it cannot start, leaks nothing, and serves the next client.
#include "daemon.hpp"
#include "datagrams.hpp"
#include "disciplines.hpp"
#include "eventually.hpp"
#include "open_descriptors.hpp"

#include <boost/test/unit_test.hpp>

#include <cerrno>
#include <stdexcept>

using namespace echopool;
using namespace echopool::test;

namespace {

constexpr int deepest = 12;  ///< from here on a conversation repeats itself

ProgramSettings failing(const std::string& call, int error, int kth, int times = 1) {
  ProgramSettings settings;
  settings.environment["LD_PRELOAD"] = built_file("tests/support/libfailing-calls.so");
  settings.environment["ECHOPOOL_FAIL"] =
      call + ":" + std::to_string(error) + ":" + std::to_string(kth) + ":" + std::to_string(times);
  settings.environment["ASAN_OPTIONS"] = "detect_leaks=1:abort_on_error=1:verify_asan_link_order=0";
  return settings;
}

std::vector<std::string> small(IdleConnections idle) {
  return {discipline_flag(idle), "--pool.workers=2", "--limits.connections=8", "--timeouts.linger=50ms"};
}

/// False: the call did not come to pass, so no later one will.
bool survives(IdleConnections idle, const std::string& call, int error, int kth) {
  try {
    Daemon daemon{small(idle), failing(call, error, kth)};
    const std::size_t before = open_descriptors(daemon.program().pid());
    static_cast<void>(echoes_tcp(daemon.tcp(), pattern(20'000)));
    bool served = false;
    for (int next = 0; next < 3 && !served; ++next) served = echoes_tcp(daemon.tcp());
    BOOST_TEST(served);
    BOOST_TEST(answers_datagrams(daemon.udp()));
    BOOST_TEST(eventually([&] { return open_descriptors(daemon.program().pid()) == before; }));
    const ProgramResult result = daemon.stop();
    BOOST_TEST(result.status == 0, result.err);
    return result.err.find("fails on purpose") != std::string::npos;
  } catch (const std::runtime_error& failure) {
    // It could not start, and says so like any other failure.
    const std::string log = failure.what();
    BOOST_TEST(log.find("\nechopoold: ") != std::string::npos, log);
    BOOST_TEST(log.find("terminate") == std::string::npos, log);
    return true;
  }
}

int faults_survived(IdleConnections idle, const std::string& call, std::initializer_list<int> errors) {
  int count = 0;
  for (const int error : errors) {
    for (int kth = 1; kth <= deepest; ++kth) {
      BOOST_TEST_CONTEXT(call << " fails at call " << kth << ": " << ::strerrorname_np(error)) {
        if (!survives(idle, call, error, kth)) break;
        ++count;
      }
    }
  }
  return count;
}

}  // namespace

ECHOPOOL_TEST(it_outlives_a_failing_accept) {
  BOOST_TEST(faults_survived(idle, "accept4", {EMFILE, ENOBUFS, ECONNABORTED}) >= 3 * 2);
}

ECHOPOOL_TEST(it_outlives_a_failing_recv) { BOOST_TEST(faults_survived(idle, "recv", {ECONNRESET, EINTR}) >= 2 * 3); }

ECHOPOOL_TEST(it_outlives_a_failing_send) { BOOST_TEST(faults_survived(idle, "send", {EPIPE, ENOBUFS}) >= 2 * 2); }

ECHOPOOL_TEST(it_outlives_a_failing_epoll_or_poll) {
  const int used = idle == IdleConnections::park ? 1 : 0;  // a held connection needs it only while it lingers
  BOOST_TEST(faults_survived(idle, "epoll_ctl", {ENOMEM}) >= used);
  BOOST_TEST(faults_survived(idle, "epoll_wait", {EINTR}) >= used);
  BOOST_TEST(faults_survived(idle, "poll", {EINTR, ENOMEM}) >= 2);
}

ECHOPOOL_TEST(it_outlives_failing_datagram_calls) {
  BOOST_TEST(faults_survived(idle, "recvmmsg", {ENOMEM}) >= 1);
  BOOST_TEST(faults_survived(idle, "sendmmsg", {ENOBUFS, EPERM}) >= 2);
}

ECHOPOOL_TEST(it_says_why_it_cannot_start) {
  BOOST_TEST(faults_survived(idle, "eventfd", {EMFILE}) >= 1);
  BOOST_TEST(faults_survived(idle, "epoll_create1", {EMFILE}) >= 1);
  BOOST_TEST(faults_survived(idle, "listen", {EADDRINUSE}) >= 1);
}
