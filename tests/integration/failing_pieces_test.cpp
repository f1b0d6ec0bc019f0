// Every system call fails once, the first one and the second one and so on to the last, while half messages and output
// that does not fit are kept: the server lives, nothing leaks, what arrives is right, and the next client is served.
// Tests: session_input, session_output, session_runner
#include "disciplines.hpp"
#include "eventually.hpp"
#include "faulty_calls.hpp"
#include "open_descriptors.hpp"

#include <echopool/framing.hpp>

#include <cerrno>
#include <numeric>
#include <system_error>

using namespace echopool;
using namespace echopool::test;

namespace {

/// More than the buffers of both sides hold: most of it is kept.
constexpr std::size_t much = 150'000;

Next answer(Session& peer, std::string_view line) {
  if (line == "much") peer.write(pattern(much));
  peer.write(std::string{line} + "!\n");
  return line == "leave" ? Next::close : Next::again;
}

/// The same for a handler that reads.
Next read_and_answer(Session& peer) {
  const auto line = peer.read_line();
  return line ? answer(peer, *line) : Next::close;
}

ServerSettings small(IdleConnections idle) {
  ServerSettings settings = settings_for(idle);
  settings.pool.workers = 2;
  settings.limits.connections = 8;
  settings.timeouts.linger = 50ms;
  settings.socket.send_buffer = 16_KiB;
  return settings;
}

template <class Counts>
std::uint64_t sum(const Counts& counts) {
  return std::accumulate(counts.begin(), counts.end(), std::uint64_t{0});
}

/// Half a line and its rest, a line whose answer does not fit with another behind it, and an end behind an answer that
/// does not fit. True when all was answered; false when the server gave the connection up. Throws when it leaves its
/// client waiting or answers with something else.
bool converses(ServerInternals::Impl& server) {
  const std::string expected = "half!\n" + pattern(much) + "much!\nnext!\n" + pattern(much) + "much!\nleave!\n";
  std::string answers;
  try {
    const Stats before = server.counters.read();
    Client client{server.tcp_endpoints.front(), 4'096};
    client.send("ha");
    // Parked, the turn ends and the half is kept; held, the worker waits for the rest.
    if (server.settings.get()->pool.idle == IdleConnections::park) {
      BOOST_TEST(eventually([&] {
        const Stats now = server.counters.read();
        return now.received_bytes >= before.received_bytes + 2 ||
               sum(now.ended) + sum(now.refused) != sum(before.ended) + sum(before.refused);
      }));
    }
    client.send("lf\n");
    answers = client.receive(6);
    if (answers.size() == 6) {
      client.send("much\nnext\n");
      answers += client.receive(much + 12);
      client.send("much\nleave\n");
      answers += client.receive_all();
    }
  } catch (const std::system_error& error) {
    if (error.code().value() == EAGAIN) throw;
  }
  if (!expected.starts_with(answers)) throw std::logic_error{"the answers are not what they should be"};
  return answers == expected;
}

/// False: there was no such call.
bool run_with(IdleConnections idle, const Handler& handler, Call call, int error, int kth) {
  FaultyCalls calls;
  calls.fail(call, error, kth);
  try {
    ServerInternals::Impl server{small(idle), calls};
    server.listen_on(loopback(), handler);
    server.start();
    // A fault that was meant for later strikes the next clients: the last one must be served all the same.
    bool served = false;
    for (int next = 0; next < 3 && !served; ++next) served = converses(server);
    BOOST_TEST(served);
    BOOST_TEST(server.stop(5s).stuck == 0U);
    BOOST_TEST(server.seats.taken() == 0U);
    BOOST_TEST(server.totals.output == 0U);
    BOOST_TEST(server.totals.input == 0U);
    const Stats stats = server.counters.read();
    BOOST_TEST(sum(stats.ended) + sum(stats.refused) == stats.accepted);
  } catch (const StartError&) {
  }
  return calls.has_failed();
}

void fail_each(IdleConnections idle, Call call, std::initializer_list<int> errors) {
  for (const Handler& handler : {Handler{read_and_answer}, Handler{lines(8_KiB, answer)}}) {
    for (const int error : errors) {
      int kth = 1;
      for (bool struck = true; struck; ++kth) {
        BOOST_TEST_CONTEXT(::strerrorname_np(error) << " at call " << kth) {
          const std::size_t before = open_descriptors();
          struck = run_with(idle, handler, call, error, kth);
          BOOST_TEST(open_descriptors() == before);
        }
      }
      BOOST_TEST(kth > 2);
    }
  }
}

}  // namespace

ECHOPOOL_TEST(a_recv_that_fails_in_the_middle_of_a_message_harms_no_other_connection) {
  fail_each(idle, Call::recv, {ECONNRESET, ENOMEM, EINTR});
}

ECHOPOOL_TEST(a_send_that_fails_while_output_is_kept_harms_no_other_connection) {
  fail_each(idle, Call::send, {EPIPE, ENOBUFS, EINTR});
}

// A held connection meets one only when it lingers, which is a matter of chance here: closer_test has it.
BOOST_AUTO_TEST_CASE(an_epoll_ctl_that_fails_while_something_is_kept_harms_no_other_connection) {
  fail_each(IdleConnections::park, Call::epoll_ctl, {ENOMEM});
}

ECHOPOOL_TEST(a_wait_that_fails_while_something_is_kept_harms_no_other_connection) {
  if (idle == IdleConnections::park) fail_each(idle, Call::epoll_wait, {EINTR, ENOMEM});  // held: only to linger
  fail_each(idle, Call::poll, {EINTR, ENOMEM});
}

ECHOPOOL_TEST(a_shutdown_or_an_option_that_fails_while_something_is_kept_harms_no_other_connection) {
  fail_each(idle, Call::shutdown, {ENOTCONN});
  fail_each(idle, Call::setsockopt, {ENOMEM});
}
