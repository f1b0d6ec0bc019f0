// A TCP echo service that misbehaves on purpose, in process, on a port of its own. For tests only; made and ended by
// the test's thread. One thread accepts, each connection has a thread of its own that reads, then writes, like the
// simplest of servers.
#pragma once

#include "thread.hpp"
#include "unique_fd.hpp"
#include "wake_fd.hpp"

#include <echopool/endpoint.hpp>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <limits>
#include <list>
#include <mutex>

namespace echopool::test {

struct StreamFaults {
  static constexpr std::uint64_t never = std::numeric_limits<std::uint64_t>::max();

  std::uint64_t corrupt_at = never;    ///< the byte at this offset comes back inverted
  std::uint64_t close_after = never;   ///< end the connection once this number of bytes has been answered
  std::uint64_t reset_after = never;   ///< the same with a reset
  std::uint64_t silent_after = never;  ///< go on reading, and answer nothing more
  std::uint64_t extra_at_end = 0;      ///< bytes sent after the client's end, before ours
  bool never_read = false;             ///< accept and do nothing at all
  bool keep_open = false;              ///< do not end the connection when the client has finished
  std::chrono::milliseconds delay{0};  ///< before each answer
  int receive_buffer = 0;              ///< SO_RCVBUF; 0: the kernel's
  int send_buffer = 0;                 ///< SO_SNDBUF
  std::size_t block = 65'536;          ///< bytes of one read
};

class FaultyStreamEcho {
 public:
  explicit FaultyStreamEcho(const StreamFaults& faults = {}, const char* address = "127.0.0.1");
  ~FaultyStreamEcho();

  [[nodiscard]] const Endpoint& endpoint() const noexcept { return endpoint_; }
  [[nodiscard]] std::uint64_t accepted() const noexcept { return accepted_.load(); }
  /// Reads that were answered, of all connections.
  [[nodiscard]] std::uint64_t answered() const noexcept { return answered_.load(); }

 private:
  void accept_all();
  void serve(int fd);
  void close_connection(int fd);
  [[nodiscard]] bool answer(int fd, char* bytes, std::size_t size, std::uint64_t offset);

  const StreamFaults faults_;
  UniqueFd listener_;
  Endpoint endpoint_;
  WakeFd stop_;
  std::atomic<std::uint64_t> accepted_{0};
  std::atomic<std::uint64_t> answered_{0};
  std::mutex mutex_;
  std::list<UniqueFd> connections_;  // guarded by mutex_
  std::list<Thread> threads_;        // only the accepting thread adds
  Thread acceptor_;
};

}  // namespace echopool::test
