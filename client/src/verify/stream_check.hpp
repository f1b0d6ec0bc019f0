// The AnswerCheck of a TCP stream: the answer is compared by offset, however it is cut into reads. Internal.
#pragma once

#include "verify/answer_check.hpp"

#include <condition_variable>
#include <deque>
#include <mutex>
#include <vector>

namespace echopool::client {

/// Keeps what is unanswered, up to a limit; then the writer waits. That cannot deadlock: the reader never waits for the
/// writer.
class StreamCheck : public AnswerCheck {
 public:
  explicit StreamCheck(std::size_t most_unanswered = std::size_t{64} << 20) : limit_{most_unanswered} {}

  bool sending(ByteView bytes, const std::stop_token& stop) override;
  std::optional<Mismatch> received(ByteView bytes) override;
  bool complete() const override;

 private:
  const std::size_t limit_;
  mutable std::mutex mutex_;
  std::condition_variable_any answered_;
  // Guarded by mutex_.
  std::deque<std::vector<std::byte>> blocks_;
  std::size_t front_used_ = 0;  // of the first block, the bytes that have been answered
  std::size_t unanswered_ = 0;
  std::uint64_t offset_ = 0;  // of the next byte of the answer
};

}  // namespace echopool::client
