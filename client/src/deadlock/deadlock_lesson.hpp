// The classic mistake, made on purpose: write everything, read nothing, and watch what happens. Internal. One object
// for one attempt, one thread.
#pragma once

#include "deadlock/buffer_picture.hpp"
#include "deadlock/stall_verdict.hpp"
#include "measure/clock.hpp"
#include "net/dialer.hpp"

#include <cstdint>
#include <functional>

namespace echopool::client {

struct LessonSettings {
  std::uint64_t bytes = std::uint64_t{10} << 20;
  std::size_t chunk = 1024;
  std::uint64_t most = std::uint64_t{10} << 20;       ///< go on until this if nothing stalls; not below `bytes`
  Nanoseconds stall_limit = std::chrono::seconds{2};  ///< no progress for this long is a stall
  bool read_first = false;                            ///< the opposite mistake: wait for the server to speak first
  int interrupt_fd = -1;
};

struct LessonReport {
  std::uint64_t written = 0;
  StallVerdict verdict = StallVerdict::none;
  StallEvidence evidence;
  BufferLevels levels;         ///< at the end, or just before the connection broke
  Nanoseconds until_stall{0};  ///< from the beginning to the last byte that moved
  Nanoseconds stood_still{0};  ///< from there to the end
  bool interrupted = false;
  int error = 0;  ///< the connection broke: errno; then there is no verdict
};

class DeadlockLesson {
 public:
  using Watch = std::function<void(const BufferLevels&)>;

  /// `connection` outlives this object. The payload is the pattern of `key`. `watch` is called about ten times a
  /// second.
  DeadlockLesson(const Connection& connection, std::uint64_t key, const LessonSettings& settings, Watch watch);

  [[nodiscard]] LessonReport run();

 private:
  void write_all();
  void wait_for_answer();
  /// False when there is nothing more to watch: a stall, an interrupt, or `settled` when it asks only for rest.
  [[nodiscard]] bool pause(short events, Nanoseconds limit);
  void observe();
  /// Long enough to be judged, though perhaps not for the whole limit.
  [[nodiscard]] bool stands_still() const;
  void conclude(bool stalled);

  const Connection& connection_;
  const std::uint64_t key_;
  const LessonSettings settings_;
  const Watch watch_;
  const PeerSocketLookup server_;
  LessonReport report_;
  Nanoseconds start_{0};
  Nanoseconds last_move_{0};
  TcpEvidence last_;  // when something last moved
};

}  // namespace echopool::client
