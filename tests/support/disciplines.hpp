// Every test of the service runs under both disciplines. For tests only.
#pragma once

#include "loopback.hpp"

#include <echopool/server.hpp>

#include <boost/test/unit_test.hpp>

#include <array>
#include <cstddef>
#include <span>
#include <utility>

namespace echopool::test {

/// Settings for tests: few workers, and limits far beyond what a test should take, so that a limit that strikes is one
/// the test has set.
inline ServerSettings settings_for(IdleConnections idle) {
  ServerSettings settings;
  settings.pool.workers = 4;
  settings.pool.idle = idle;
  settings.limits.connections = 2'000;
  return settings;
}

/// The handler of the echo service.
inline Next echo(Session& peer) {
  std::array<std::byte, 65536> chunk;
  const std::size_t size = peer.read_some(chunk);
  if (size == 0) return Next::close;
  peer.write(std::span{chunk}.first(size));
  return Next::again;
}

/// A started server of one TCP service on a free port of 127.0.0.1.
class RunningServer {
 public:
  explicit RunningServer(const ServerSettings& settings, Handler handler = echo) : server_{settings} {
    server_.serve_tcp(loopback(), std::move(handler));
    server_.start();
  }

  [[nodiscard]] Endpoint endpoint() const { return server_.endpoints().front(); }
  [[nodiscard]] Client connect() const { return Client{endpoint()}; }
  Server* operator->() noexcept { return &server_; }
  [[nodiscard]] Stats stats() const { return server_.stats(); }

 private:
  Server server_;
};

}  // namespace echopool::test

/// ECHOPOOL_TEST(what_it_shows) { … idle … } makes two test cases, what_it_shows_parked and what_it_shows_held.
#define ECHOPOOL_TEST(name)                                                      \
  static void name(echopool::IdleConnections idle);                              \
  BOOST_AUTO_TEST_CASE(name##_parked) { name(echopool::IdleConnections::park); } \
  BOOST_AUTO_TEST_CASE(name##_held) { name(echopool::IdleConnections::hold); }   \
  static void name([[maybe_unused]] echopool::IdleConnections idle)
