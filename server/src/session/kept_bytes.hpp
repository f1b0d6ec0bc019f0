// What a connection keeps between two turns: input that is not a whole message, output that did not fit. Internal.
// Belongs to the connection's owner.
#pragma once

#include "kernel/system_calls.hpp"
#include "session/session_end.hpp"

#include <atomic>
#include <cassert>
#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <utility>
#include <vector>

namespace echopool {

/// A share of a total, given back when it is destroyed.
class Charge {
 public:
  Charge() noexcept = default;
  explicit Charge(std::atomic<std::size_t>& total) noexcept : total_{&total} {}
  Charge(const Charge&) = delete;
  Charge& operator=(const Charge&) = delete;
  ~Charge() { set(0); }

  void set(std::size_t bytes) noexcept {
    if (total_ == nullptr || bytes == bytes_) return;
    total_->fetch_add(bytes - std::exchange(bytes_, bytes), std::memory_order_relaxed);  // wraps around: a difference
  }
  /// Takes over the other's share, of the same total.
  void take(Charge& other) noexcept {
    assert(total_ == other.total_);
    bytes_ += std::exchange(other.bytes_, 0);
  }
  [[nodiscard]] std::size_t bytes() const noexcept { return bytes_; }

 private:
  std::atomic<std::size_t>* total_ = nullptr;
  std::size_t bytes_ = 0;
};

/// When kept input is enough to call the handler again.
struct InputNeed {
  std::size_t bytes = 1;       ///< at least this much
  bool line = false;           ///< and a line that begins at `line_from`
  std::size_t line_from = 0;   ///< offset
  std::size_t line_limit = 0;  ///< of its length; more than that is enough, too: it is an error
};

/// Input that was read and not consumed.
struct KeptInput {
  explicit KeptInput(std::atomic<std::size_t>& total) noexcept : charge{total} {}

  std::vector<std::byte> storage;  ///< exactly the kept bytes, or a worker's buffer that they stand in
  std::size_t begin = 0;
  std::size_t end = 0;
  std::size_t seen = 0;  ///< how many were there when the handler last returned Next::incomplete
  bool asked = false;    ///< the handler returned Next::incomplete; else its call was unwound
  InputNeed need;
  Charge charge;  ///< of the whole storage

  [[nodiscard]] std::size_t size() const noexcept { return end - begin; }
};

/// Output that was written and did not fit into the kernel's buffer.
struct KeptOutput {
  /// `in_kernel`: what the peer has not acknowledged yet (Stream::unsent()).
  KeptOutput(std::atomic<std::size_t>& total, TimePoint now, std::size_t in_kernel) noexcept
      : since{now}, unsent{in_kernel}, charge{total} {}

  /// When `timeouts.send` is over: whether the peer has taken a fair part meanwhile, an eighth of what it had not. Its
  /// time begins anew then. The kernel tells of room only when a third of its buffer is free (sk_stream_write_space(),
  /// net/core/stream.c), so a slow reader's progress may show nowhere else.
  [[nodiscard]] bool peer_has_taken_enough(TimePoint now, std::size_t in_kernel) noexcept {
    const std::size_t left = in_kernel + rest().size();
    if (left + unsent / least_part > unsent) return false;
    since = now;
    unsent = left;
    return true;
  }
  static constexpr std::size_t least_part = 8;

  std::vector<std::byte> storage;
  std::size_t begin = 0;             ///< what stands before it has been sent
  TimePoint since;                   ///< when the first of it was kept, or the peer was last seen to have taken enough
  std::size_t unsent;                ///< at that time, with the kernel and here
  bool finishes = false;             ///< behind it the peer is told that nothing more will be sent
  std::optional<SessionEnd> ending;  ///< the connection ends like this when all has been sent
  Charge charge;

  [[nodiscard]] std::span<const std::byte> rest() const noexcept { return std::span{storage}.subspan(begin); }
};

}  // namespace echopool
