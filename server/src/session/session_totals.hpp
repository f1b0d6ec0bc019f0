// What all sessions of a server have together. Internal. Owned by Server::Impl; any thread.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

namespace echopool {

struct SessionTotals {
  std::atomic<std::size_t> output{0};  ///< bytes kept of it: `limits.output_total`
  std::atomic<std::size_t> input{0};   ///< bytes kept of unfinished messages: `limits.input`
  /// The id of the one connection that may read on although `limits.input` is reached; 0: none.
  std::atomic<std::uint64_t> favoured{0};

  std::atomic<std::uint32_t> reading{0};  ///< workers that wait for input
  std::atomic<std::uint32_t> writing{0};  ///< workers that wait for room for output
};

/// While one lives, a worker is counted as waiting.
class WaitingWorker {
 public:
  explicit WaitingWorker(std::atomic<std::uint32_t>& count) noexcept : count_{count} {
    count_.fetch_add(1, std::memory_order_relaxed);
  }
  WaitingWorker(const WaitingWorker&) = delete;
  WaitingWorker& operator=(const WaitingWorker&) = delete;
  ~WaitingWorker() { count_.fetch_sub(1, std::memory_order_relaxed); }

 private:
  std::atomic<std::uint32_t>& count_;
};

}  // namespace echopool
