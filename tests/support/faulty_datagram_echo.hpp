// A UDP echo service that misbehaves on purpose, in process, on a port of its own. For tests only; made and ended by
// the test's thread, its one thread calls the script.
#pragma once

#include "thread.hpp"
#include "unique_fd.hpp"
#include "wake_fd.hpp"

#include <echopool/endpoint.hpp>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

namespace echopool::test {

/// What happens to one datagram.
struct DatagramFault {
  int copies = 1;                      ///< 0: dropped, 2: duplicated
  std::chrono::milliseconds delay{0};  ///< before it is answered
  bool held = false;                   ///< answered after the next one
  std::vector<std::size_t> corrupt;    ///< offsets of bytes to invert
  std::size_t cut = 0;                 ///< bytes to leave out at the end
  bool stray = false;                  ///< besides: send a datagram of random bytes that was not asked for
};

class FaultyDatagramEcho {
 public:
  /// `index` counts the datagrams received, from 0.
  using Script = std::function<DatagramFault(std::uint64_t index)>;

  explicit FaultyDatagramEcho(
      Script script = [](std::uint64_t) { return DatagramFault{}; }, const char* address = "127.0.0.1");
  ~FaultyDatagramEcho();

  [[nodiscard]] const Endpoint& endpoint() const noexcept { return endpoint_; }
  [[nodiscard]] std::uint64_t received() const noexcept { return received_.load(); }

 private:
  struct Answer {
    std::chrono::steady_clock::time_point due;
    std::vector<std::byte> bytes;
    Endpoint to;
  };

  void serve();
  void take(std::vector<Answer>& waiting);

  const Script script_;
  UniqueFd socket_;
  Endpoint endpoint_;
  WakeFd stop_;
  std::atomic<std::uint64_t> received_{0};
  std::vector<Answer> held_;  // the thread's
  Thread thread_;
};

}  // namespace echopool::test
