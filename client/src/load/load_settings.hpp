// What a load run is to do. Internal. A plain value, any thread.
#pragma once

#include "net/dialer.hpp"
#include "net/network_error.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>

namespace echopool::client {

using Nanoseconds = std::chrono::nanoseconds;

enum class LoadMode {
  stream,        ///< requests in long TCP connections
  datagram,      ///< requests as UDP datagrams
  fresh,         ///< each request in a TCP connection of its own
  connect_only,  ///< connections, and nothing sent in them
};

struct LoadSettings {
  LoadMode mode = LoadMode::stream;
  Endpoint peer;
  DialSettings dialing;
  std::size_t connections = 1;
  std::size_t threads = 1;
  std::size_t size = 64;       ///< bytes of a request
  std::size_t pipeline = 1;    ///< closed loop: requests of a connection under way at once
  std::optional<double> rate;  ///< open loop: requests a second, all connections together
  std::optional<Nanoseconds> duration;
  std::optional<std::uint64_t> requests;          ///< measured ones
  Nanoseconds warmup{0};                          ///< requests due before its end are not measured
  Nanoseconds timeout = std::chrono::seconds{1};  ///< datagrams: given up; at the end: waited for
  std::optional<Nanoseconds> interval;            ///< of the rows reported while it runs
  std::optional<Nanoseconds> expected_interval;   ///< closed loop: of the requests of one connection, if none was slow
  bool nagle = false;                             ///< leave Nagle's algorithm on
  bool reset = false;                             ///< end fresh connections with a reset

  [[nodiscard]] bool is_open_loop() const noexcept { return rate.has_value(); }
};

}  // namespace echopool::client
