// Every system call of a conversation fails once, the first one and the second one and so on to the last, in every way
// it plausibly can: the server lives, nothing leaks, and the next client is served.
// Tests: server_impl, acceptor, park_dispatcher, hold_dispatcher, closer, system_calls
#include "datagrams.hpp"
#include "disciplines.hpp"
#include "eventually.hpp"
#include "faulty_calls.hpp"
#include "open_descriptors.hpp"

#include <cerrno>
#include <numeric>
#include <system_error>

using namespace echopool;
using namespace echopool::test;

namespace {

ServerSettings small(IdleConnections idle) {
  ServerSettings settings = settings_for(idle);
  settings.pool.workers = 2;
  settings.limits.connections = 8;
  settings.udp.batch = 4;
  settings.timeouts.linger = 50ms;
  return settings;
}

void echo_datagram(Datagram& datagram) { datagram.reply(datagram.data()); }

/// Small, large and half-closed. True when all of it came back; false when the server gave the connection up. Throws
/// when it leaves its client waiting or answers with something else.
bool converses(const Endpoint& server) {
  const std::string large = pattern(150'000);
  try {
    Client client{server};
    client.send("small");
    if (client.receive(5) != "small") return false;
    client.send(large);
    client.finish_sending();
    const std::string answer = client.receive_all();
    if (!large.starts_with(answer)) throw std::logic_error{"the answer is not what was sent"};
    return answer == large;
  } catch (const std::system_error& error) {
    if (error.code().value() == EAGAIN) throw;
    return false;
  }
}

struct Outcome {
  bool has_failed = false;  ///< the call came to pass
  bool started = true;
  bool kept = true;  ///< the connection survived it
};

Outcome run_with(IdleConnections idle, Call call, int error, int kth, int times = 1) {
  FaultyCalls calls;
  calls.fail(call, error, kth, times);
  Outcome outcome;
  try {
    ServerInternals::Impl server{small(idle), calls};
    server.listen_on(loopback(), echo);
    server.udp_listen_on(loopback(), echo_datagram);
    server.start();
    const Endpoint tcp = server.tcp_endpoints.front();
    const Endpoint udp = server.udp_endpoints.front();
    outcome.kept = converses(tcp);
    BOOST_TEST(answers_datagrams(udp));
    // A fault that was meant for later strikes the next clients: the last one must be served all the same.
    bool served = false;
    for (int next = 0; next < 3 && !served; ++next) served = converses(tcp);
    BOOST_TEST(served);
    BOOST_TEST(server.stop(5s).stuck == 0U);
    const Stats stats = server.counters.read();
    BOOST_TEST(server.seats.taken() == 0U);
    const auto sum = [](const auto& counts) { return std::accumulate(counts.begin(), counts.end(), std::uint64_t{0}); };
    BOOST_TEST(sum(stats.ended) + sum(stats.refused) == stats.accepted);
  } catch (const StartError&) {
    outcome.started = false;
  }
  outcome.has_failed = calls.has_failed();
  return outcome;
}

/// All k of a conversation, for each error. Counts how often the connection survived, and how often the server did not
/// start.
struct Tally {
  int runs = 0;
  int kept = 0;
  int not_started = 0;
};

Tally fail_each(IdleConnections idle, Call call, std::initializer_list<int> errors) {
  Tally tally;
  for (const int error : errors) {
    for (int kth = 1;; ++kth) {
      BOOST_TEST_CONTEXT(::strerrorname_np(error) << " at call " << kth) {
        const std::size_t before = open_descriptors();
        const Outcome outcome = run_with(idle, call, error, kth);
        BOOST_TEST(open_descriptors() == before);
        if (!outcome.has_failed) break;
        ++tally.runs;
        tally.kept += outcome.kept ? 1 : 0;
        tally.not_started += outcome.started ? 0 : 1;
      }
    }
  }
  return tally;
}

}  // namespace

ECHOPOOL_TEST(a_failing_recv_ends_one_connection) {
  const Tally tally = fail_each(idle, Call::recv, {ECONNRESET, ETIMEDOUT, ENOMEM, EIO});
  BOOST_TEST(tally.runs >= 4 * 4);
  BOOST_TEST(tally.not_started == 0);
}

ECHOPOOL_TEST(an_interrupted_recv_or_send_ends_no_connection) {
  for (const Call call : {Call::recv, Call::send}) {
    const Tally tally = fail_each(idle, call, {EINTR});
    BOOST_TEST(tally.runs >= 3);
    BOOST_TEST(tally.kept == tally.runs);
  }
}

ECHOPOOL_TEST(a_failing_send_ends_one_connection) {
  const Tally tally = fail_each(idle, Call::send, {EPIPE, ECONNRESET, ENOBUFS, ENOMEM, EHOSTUNREACH});
  BOOST_TEST(tally.runs >= 5 * 3);
  BOOST_TEST(tally.not_started == 0);
}

ECHOPOOL_TEST(a_failing_accept_loses_no_connection) {
  const Tally tally =
      fail_each(idle, Call::accept4, {EMFILE, ENFILE, ENOBUFS, ENOMEM, ECONNABORTED, EPROTO, EPERM, EINTR, ENETDOWN});
  BOOST_TEST(tally.runs >= 9 * 2);
  BOOST_TEST(tally.kept == tally.runs);
}

// Held connections need no epoll set, unless they linger: closer_test.
BOOST_AUTO_TEST_CASE(a_failing_epoll_ctl_ends_one_connection_or_the_start) {
  const Tally tally = fail_each(IdleConnections::park, Call::epoll_ctl, {ENOMEM, ENOSPC});
  BOOST_TEST(tally.runs >= 2);
  BOOST_TEST(tally.not_started >= 2);
}

ECHOPOOL_TEST(a_failing_wait_ends_no_connection) {
  for (const Call call : {Call::epoll_wait, Call::poll}) {
    const Tally tally = fail_each(idle, call, {EINTR, ENOMEM});
    const bool is_used = call == Call::poll || idle == IdleConnections::park;
    BOOST_TEST(tally.runs >= (is_used ? 2 : 0));
    BOOST_TEST(tally.kept == tally.runs);
  }
}

ECHOPOOL_TEST(a_socket_option_that_is_refused_ends_at_most_the_start) {
  const Tally tally = fail_each(idle, Call::setsockopt, {ENOPROTOOPT, ENOMEM});
  BOOST_TEST(tally.runs >= 2 * 5);
  BOOST_TEST(tally.kept == tally.runs);
}

ECHOPOOL_TEST(a_failing_shutdown_or_ioctl_harms_no_other_connection) {
  static_cast<void>(fail_each(idle, Call::shutdown, {ENOTCONN}));
  static_cast<void>(fail_each(idle, Call::ioctl, {ENOTTY, ENOMEM}));
}

ECHOPOOL_TEST(failing_datagram_calls_lose_no_more_than_a_datagram) {
  const Tally received = fail_each(idle, Call::recvmmsg, {EINTR, ENOMEM, ENOBUFS, ENETDOWN});
  BOOST_TEST(received.runs >= 4);
  BOOST_TEST(received.kept == received.runs);
  const Tally sent = fail_each(idle, Call::sendmmsg, {EINTR, ENOBUFS, EPERM, ENETUNREACH, EMSGSIZE});
  BOOST_TEST(sent.runs >= 5);
  BOOST_TEST(sent.kept == sent.runs);
}

ECHOPOOL_TEST(a_listener_that_is_no_socket_any_more_is_given_up_and_the_others_go_on) {
  FaultyCalls calls;
  calls.fail(Call::accept4, EBADF, 1);
  ServerInternals::Impl server{small(idle), calls};
  server.listen_on(loopback(), echo);
  server.listen_on(loopback(), echo);
  server.start();
  const Client lost{server.tcp_endpoints.front()};
  BOOST_TEST(eventually([&] { return calls.has_failed(); }));
  BOOST_TEST(converses(server.tcp_endpoints.back()));
  BOOST_TEST(server.counters.read().accept_errors == 1U);
  BOOST_TEST(server.stop(5s).stuck == 0U);
}

ECHOPOOL_TEST(a_client_that_connects_while_there_are_no_descriptors_is_served_when_there_are) {
  for (const int error : {EMFILE, ENFILE, ENOBUFS, ENOMEM}) {
    const Outcome outcome = run_with(idle, Call::accept4, error, 1, 4);
    BOOST_TEST(outcome.has_failed);
    BOOST_TEST(outcome.kept);
  }
}
