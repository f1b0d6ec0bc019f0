// The AnswerCheck of datagrams: each answer must be one of those sent, in any order. Internal.
#pragma once

#include "verify/answer_check.hpp"

#include <chrono>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <vector>

namespace echopool::client {

/// A network may reorder and duplicate datagrams, so neither is a mismatch. Only a few may be unanswered at a time, so
/// that a long input does not flood a receive buffer; what has not come back after `patience` is not waited for again.
class DatagramCheck : public AnswerCheck {
 public:
  /// Without `verify` contents are not compared: any answer answers the oldest datagram.
  explicit DatagramCheck(bool verify, std::chrono::milliseconds patience = std::chrono::milliseconds{200})
      : verify_{verify}, patience_{patience} {}

  bool sending(ByteView datagram, const std::stop_token& stop) override;
  /// A datagram that was never sent is a mismatch, told against the oldest one unanswered.
  std::optional<Mismatch> received(ByteView datagram) override;
  bool complete() const override { return unanswered() == 0; }

  [[nodiscard]] std::size_t unanswered() const;

 private:
  struct Sent {
    std::vector<std::byte> bytes;  // empty without verify
    std::size_t size = 0;
    std::uint64_t offset = 0;  // of its first byte in all that was sent
  };

  static constexpr std::size_t most_datagrams = 32;
  static constexpr std::size_t most_bytes = 65'536;
  static constexpr std::size_t remembered = 256;

  [[nodiscard]] bool has_room(std::size_t size) const;
  [[nodiscard]] bool is_duplicate(ByteView datagram) const;

  const bool verify_;
  const std::chrono::milliseconds patience_;
  mutable std::mutex mutex_;
  std::condition_variable_any answered_;
  // Guarded by mutex_.
  std::deque<Sent> unanswered_;
  std::deque<std::vector<std::byte>> done_;  // the last answered, to know a duplicate
  std::size_t awaited_ = 0;                  // datagrams that hold up the next
  std::size_t awaited_bytes_ = 0;
  std::uint64_t sent_bytes_ = 0;
};

}  // namespace echopool::client
