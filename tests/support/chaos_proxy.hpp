// Stands between a client and a server and is as bad a network as TCP permits: it delays, splits and merges what it
// passes on, and, if told to, breaks connections in every way. Seeded, so that a run can be had again. For tests only;
// belongs to one thread, works on one of its own.
#pragma once

#include "unique_fd.hpp"
#include "wake_fd.hpp"

#include <echopool/endpoint.hpp>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <list>
#include <random>
#include <string>
#include <thread>

namespace echopool::test {

struct Mischief {
  bool delays = true;
  bool splits = true;
  bool merges = true;
  /// How many of a thousand pieces are the last of their connection: it is then closed on both sides, reset on both
  /// sides, reset on one, or finished on one while the other goes on.
  unsigned breaks = 0;
};

class ChaosProxy {
 public:
  /// Listens on a free port of 127.0.0.1. Throws std::system_error.
  ChaosProxy(const Endpoint& server, const Mischief& mischief, unsigned seed);
  /// Resets what is still connected.
  ~ChaosProxy();
  ChaosProxy(const ChaosProxy&) = delete;
  ChaosProxy& operator=(const ChaosProxy&) = delete;

  [[nodiscard]] Endpoint endpoint() const;
  /// Pieces passed on, and connections broken.
  [[nodiscard]] std::uint64_t pieces() const noexcept { return pieces_; }
  [[nodiscard]] std::uint64_t broken() const noexcept { return broken_; }

 private:
  using Clock = std::chrono::steady_clock;
  /// One direction of a connection.
  struct Way {
    int from = -1;
    int to = -1;
    std::string pending;
    Clock::time_point not_before{};
    bool ended = false;     ///< nothing more will come
    bool finished = false;  ///< and that was passed on
  };
  struct Pair {
    UniqueFd client;
    UniqueFd server;
    Way forth;
    Way back;
  };

  void run();
  void take_in();
  /// False: the pair is done with.
  bool serve(Pair& pair, Clock::time_point now);
  bool read(Way& way, Clock::time_point now);
  bool pass_on(Pair& pair, Way& way, Clock::time_point now);
  void break_up(Pair& pair);
  [[nodiscard]] unsigned up_to(unsigned most) { return 1 + static_cast<unsigned>(random_()) % most; }

  const Endpoint server_;
  const Mischief mischief_;
  std::minstd_rand random_;
  UniqueFd listener_;
  WakeFd wake_;
  std::atomic<bool> over_{false};
  std::atomic<std::uint64_t> pieces_{0};
  std::atomic<std::uint64_t> broken_{0};
  std::list<Pair> pairs_;
  std::thread thread_;
};

}  // namespace echopool::test
