// Compares what an echo service answers with what it was sent, while both are under way. Internal. sending() belongs to
// the writer's thread, received() to the reader's; the rest is for any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <stop_token>

namespace echopool::client {

using ByteView = std::span<const std::byte>;

/// The first place where the answer is not what was sent.
struct Mismatch {
  std::uint64_t offset = 0;           ///< in the bytes sent
  std::optional<std::byte> expected;  ///< nullopt: the answer goes on where what was sent ends
  std::optional<std::byte> actual;    ///< nullopt: the answer ends where what was sent goes on
};

class AnswerCheck {
 public:
  virtual ~AnswerCheck() = default;

  /// To be called before these bytes are sent. Waits while too much is unanswered; false when `stop` came first.
  [[nodiscard]] virtual bool sending(ByteView bytes, const std::stop_token& stop) = 0;
  /// Takes an answer. A mismatch ends the check.
  [[nodiscard]] virtual std::optional<Mismatch> received(ByteView bytes) = 0;
  /// Everything sent has been answered.
  [[nodiscard]] virtual bool complete() const = 0;
};

}  // namespace echopool::client
