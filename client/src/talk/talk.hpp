// A conversation: input to the server and its answer to the output, both directions at once. Internal. One object, one
// call of run(), from the thread that made it.
//
// The writer and the reader are threads of their own and never wait for each other, so a server that answers while it
// is still being written to cannot bring the two ends to a standstill.
#pragma once

#include "net/network_error.hpp"
#include "verify/answer_check.hpp"
#include "wake_fd.hpp"

#include <echopool/literals.hpp>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>

namespace echopool::client {

struct TalkSettings {
  Transport transport = Transport::tcp;
  int input = 0;
  int output = 1;
  int interrupt_fd = -1;  ///< readable: end now
  Timeout idle;           ///< end when nothing has moved in either direction for this long
  Timeout quit;           ///< end this long after the end of the input
  bool verify = false;    ///< the answer must be what was sent
  bool lines = false;     ///< UDP: a datagram is a line without its newline, else what one read returns
};

enum class TalkEnd {
  finished,  ///< TCP: the server ended the conversation. UDP: everything was answered
  quit,      ///< `quit` passed
  idle,      ///< `idle` passed
  interrupted,
  mismatch,
  send_failed,
  receive_failed,
  input_failed,
  output_failed,
};

struct TalkReport {
  TalkEnd end = TalkEnd::finished;
  int error = 0;  ///< errno of what failed
  std::uint64_t sent_bytes = 0;
  std::uint64_t received_bytes = 0;
  std::uint64_t sent_datagrams = 0;
  std::uint64_t received_datagrams = 0;
  std::uint64_t unsent_bytes = 0;  ///< read from the input and never sent
  bool input_ended = false;
  bool all_answered = true;  ///< meaningful for UDP and with `verify`
  std::optional<Mismatch> mismatch;
  std::chrono::nanoseconds duration{};
};

class Talk {
 public:
  /// `socket` is connected and blocking; it must outlive this object.
  Talk(int socket, const TalkSettings& settings);

  [[nodiscard]] TalkReport run();

 private:
  using Clock = std::chrono::steady_clock;

  void write_side();
  void read_side();
  void supervise();
  /// Sends one piece of the input; returns 0 or errno.
  [[nodiscard]] int send_piece(ByteView piece);
  [[nodiscard]] bool deliver(ByteView answer);
  /// The earliest moment at which a time limit ends the conversation, and which.
  [[nodiscard]] std::optional<std::pair<Clock::time_point, TalkEnd>> deadline() const;
  void end(TalkEnd how, int error = 0);
  void touch() noexcept { last_move_.store(Clock::now().time_since_epoch().count(), std::memory_order_relaxed); }

  // Constant after construction.
  const int socket_;
  const TalkSettings settings_;
  const std::unique_ptr<AnswerCheck> check_;

  // Synchronised by themselves.
  std::stop_source stop_;
  WakeFd stop_fd_;
  WakeFd changed_;
  std::atomic<Clock::rep> last_move_{0};
  std::atomic<bool> input_done_{false};
  std::atomic<bool> delivering_{false};  // an answer is on its way to the output
  std::atomic<bool> over_{false};

  mutable std::mutex mutex_;
  // Guarded by mutex_ while the threads run.
  std::optional<TalkEnd> how_;
  int error_ = 0;
  int send_error_ = 0;
  Clock::time_point input_end_{};

  // Each written by one thread, read after both have been joined.
  TalkReport sent_;
  TalkReport received_;
};

}  // namespace echopool::client
