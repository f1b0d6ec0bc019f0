// A Connection without a socket, for tests of what serves it or keeps it. For tests only. Any thread.
#pragma once

#include "kernel/tcp_stream.hpp"
#include "session/connection.hpp"

namespace echopool::test {

/// What a test may want to be special about its connection.
struct ConnectionTraits {
  TimePoint opened{};
  std::uint64_t id = 1;
  Endpoint peer{};
  SystemCalls& calls = SystemCalls::real();
};

inline Connection make_connection(const ConnectionTraits& traits) {
  const TimeoutSettings limits;
  return {.ticket = {},
          .stream = std::make_unique<TcpStream>(UniqueFd{}, ArmedTimeouts{limits.receive, limits.send}, traits.calls),
          .peer = traits.peer,
          .handler = nullptr,
          .id = traits.id,
          .opened = traits.opened};
}

}  // namespace echopool::test
