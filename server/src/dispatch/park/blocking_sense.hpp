// Whether a worker's turns make it sleep: a handler that waits for a disk, a lock or another server. Internal. The
// worker's own.
//
// The kernel knows, but asking it costs a system call: so one batch of turns in so many is sampled, and every one after
// one that has slept, until a number of them in a row have not.
#pragma once

#include "kernel/system_calls.hpp"

namespace echopool {

class BlockingSense {
 public:
  static constexpr int batches_between_samples = 64;
  static constexpr int batches_to_trust = 16;

  /// Not `needed`: never asks, and expects nothing.
  explicit BlockingSense(bool needed) noexcept : needed_{needed} {}

  /// Whether the next batch must be expected to sleep.
  [[nodiscard]] bool blocks() const noexcept { return distrust_ > 0; }

  /// A turn seemed to block: the next batch is sampled.
  void doubt() noexcept { until_sample_ = 0; }

  /// Around the turns of one batch.
  void begin(SystemCalls& calls) noexcept {
    sampling_ = needed_ && (blocks() || --until_sample_ < 0);
    if (sampling_) before_ = calls.thread_sleeps();
  }
  void end(SystemCalls& calls) noexcept {
    if (!sampling_) return;
    until_sample_ = batches_between_samples;
    if (calls.thread_sleeps() != before_)
      distrust_ = batches_to_trust;
    else if (distrust_ > 0)
      --distrust_;
  }

 private:
  bool needed_;
  int distrust_ = 0;
  int until_sample_ = 0;  // the first is sampled
  bool sampling_ = false;
  long before_ = 0;
};

}  // namespace echopool
