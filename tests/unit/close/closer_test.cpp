#include "close/closer.hpp"

#include "kernel/tcp_stream.hpp"
#include "loopback.hpp"
#include "sockaddr.hpp"
#include "stats/counters.hpp"

#include <boost/test/unit_test.hpp>

#include <linux/sockios.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <cerrno>

using namespace echopool;
using echopool::test::Client;
using namespace std::chrono_literals;

namespace {

/// Time is set by hand, and so is what the peer has not taken. Notes whether a connection will be reset.
class Calls : public SystemCalls {
 public:
  TimePoint clock{1h};
  int unsent = 0;
  int resets = 0;
  bool watching_fails = false;

  int epoll_ctl(int epoll, int operation, int fd, epoll_event* event) noexcept override {
    if (!watching_fails) return SystemCalls::epoll_ctl(epoll, operation, fd, event);
    errno = ENOMEM;
    return -1;
  }
  TimePoint now() noexcept override { return clock; }
  int ioctl(int fd, unsigned long request, int* value) noexcept override {
    if (request != SIOCOUTQ) return SystemCalls::ioctl(fd, request, value);
    *value = unsent;
    return 0;
  }
  int setsockopt(int fd, int level, int name, const void* value, socklen_t length) noexcept override {
    if (level == SOL_SOCKET && name == SO_LINGER) ++resets;
    return SystemCalls::setsockopt(fd, level, name, value, length);
  }
};

struct Fixture {
  /// A connection and its peer's end.
  struct Pair {
    std::unique_ptr<Connection> connection;
    Client peer;
  };

  Pair connect() {
    Client peer{where};
    UniqueFd accepted{::accept4(listener.get(), nullptr, nullptr, SOCK_CLOEXEC)};
    BOOST_REQUIRE(static_cast<bool>(accepted));
    auto connection = std::make_unique<Connection>(
        Connection{.ticket = *seats.try_take(),
                   .stream = std::make_unique<TcpStream>(std::move(accepted), ArmedTimeouts{}, calls),
                   .peer = {},
                   .handler = nullptr,
                   .id = 1,
                   .opened = calls.clock});
    return {std::move(connection), std::move(peer)};
  }
  Endpoint listen_there() {
    const SocketAddress address = to_sockaddr(echopool::test::loopback());
    BOOST_REQUIRE(::bind(listener.get(), address.get(), address.length) == 0);
    BOOST_REQUIRE(::listen(listener.get(), 8) == 0);
    return local_endpoint(listener.get());
  }
  /// The chore at the time that it asked for.
  std::optional<TimePoint> run_at(std::optional<TimePoint> time) {
    BOOST_REQUIRE(time.has_value());
    calls.clock = *time;
    return closer.run(calls.clock);
  }

  UniqueFd listener{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
  Endpoint where = listen_there();
  Calls calls;
  Counters counters;
  StopState stop;
  Seats seats{10};
  Housekeeper housekeeper{calls};
  Closer closer{counters, stop, calls, housekeeper, 5s};
  const SessionEnd served{.reason = EndReason::handler_closed};
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(closing, Fixture)

BOOST_AUTO_TEST_CASE(a_connection_lingers_until_its_peer_has_finished) {
  auto [connection, peer] = connect();
  closer.close(std::move(connection), served);
  BOOST_TEST((closer.run(calls.clock) == calls.clock + 5s));
  BOOST_TEST(seats.taken() == 1U);
  peer.close();
  BOOST_TEST(!closer.run(calls.clock).has_value());
  BOOST_TEST(seats.taken() == 0U);
  BOOST_TEST(calls.resets == 0);
}

BOOST_AUTO_TEST_CASE(what_the_peer_still_sends_is_thrown_away) {
  auto [connection, peer] = connect();
  closer.close(std::move(connection), served);
  static_cast<void>(closer.run(calls.clock));
  BOOST_REQUIRE(peer.send_some("more") == 4U);
  BOOST_TEST(closer.run(calls.clock).has_value());
  BOOST_TEST(peer.ended_cleanly());  // it has been told that nothing more will come
  BOOST_TEST(seats.taken() == 1U);
}

BOOST_AUTO_TEST_CASE(a_peer_that_has_all_and_does_not_finish_is_closed_when_the_time_is_over) {
  auto [connection, peer] = connect();
  closer.close(std::move(connection), served);
  BOOST_TEST(!run_at(closer.run(calls.clock)).has_value());
  BOOST_TEST(seats.taken() == 0U);
  BOOST_TEST(calls.resets == 0);
}

BOOST_AUTO_TEST_CASE(a_peer_that_never_reads_is_reset_when_the_time_is_over) {
  auto [connection, peer] = connect();
  calls.unsent = 2'000'000;
  closer.close(std::move(connection), served);
  BOOST_TEST(!run_at(closer.run(calls.clock)).has_value());
  BOOST_TEST(seats.taken() == 0U);
  BOOST_TEST(calls.resets == 1);
}

BOOST_AUTO_TEST_CASE(a_peer_that_reads_slowly_has_the_time_it_needs) {
  auto [connection, peer] = connect();
  calls.unsent = 1'000'000;
  closer.close(std::move(connection), served);
  auto next = closer.run(calls.clock);
  for (int i = 0; i < 3; ++i) {
    calls.unsent -= 300'000;
    next = run_at(next);
    BOOST_TEST(seats.taken() == 1U);
  }
  calls.unsent = 0;
  BOOST_TEST(!run_at(next).has_value());
  BOOST_TEST(calls.resets == 0);
}

BOOST_AUTO_TEST_CASE(a_peer_that_opens_its_window_a_little_cannot_linger_for_ever) {
  auto [connection, peer] = connect();
  calls.unsent = 1'000'000;
  closer.close(std::move(connection), served);
  auto next = closer.run(calls.clock);
  int periods = 0;
  while (next && ++periods < 100) {
    calls.unsent -= 1;
    next = run_at(next);
  }
  BOOST_TEST(periods == 1);
  BOOST_TEST(calls.resets == 1);
}

BOOST_AUTO_TEST_CASE(without_a_time_to_linger_a_connection_is_closed_at_once) {
  closer.set_linger(std::nullopt);
  auto [connection, peer] = connect();
  closer.close(std::move(connection), served);
  BOOST_TEST(seats.taken() == 0U);
  BOOST_TEST(calls.resets == 0);
}

BOOST_AUTO_TEST_CASE(a_connection_that_cannot_be_watched_is_closed_at_once) {
  auto [connection, peer] = connect();
  calls.watching_fails = true;
  closer.close(std::move(connection), served);
  BOOST_TEST(!closer.run(calls.clock).has_value());
  BOOST_TEST(seats.taken() == 0U);
  BOOST_TEST(calls.resets == 0);
}

BOOST_AUTO_TEST_CASE(once_connections_are_cut_off_nothing_lingers) {
  auto [connection, peer] = connect();
  closer.close(std::move(connection), served);
  static_cast<void>(closer.run(calls.clock));
  stop.begin_cutting_off();
  BOOST_TEST(!closer.run(calls.clock).has_value());
  auto [late, late_peer] = connect();
  closer.close(std::move(late), served);
  BOOST_TEST(seats.taken() == 0U);
  BOOST_TEST(calls.resets == 2);
}

BOOST_AUTO_TEST_SUITE_END()
