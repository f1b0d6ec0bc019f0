// How much a time changes from one message to the next, smoothed as RFC 3550 (6.4.1) does. Internal. One thread.
//
// The RFC is about transit times of one way; of an echo there are round trips alone, and this is their jitter.
#pragma once

#include <chrono>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <optional>

namespace echopool::client {

using Nanoseconds = std::chrono::nanoseconds;

class Jitter {
 public:
  /// In the order of arrival.
  void record(Nanoseconds time) noexcept {
    if (last_) {
      jitter_ += (static_cast<double>(std::abs((time - *last_).count())) - jitter_) / 16;
      is_known_ = true;
    }
    last_ = time;
  }

  /// nullopt: fewer than two messages.
  [[nodiscard]] std::optional<Nanoseconds> figure() const noexcept {
    return is_known_ ? std::optional{Nanoseconds{std::llround(jitter_)}} : std::nullopt;
  }

 private:
  std::optional<Nanoseconds> last_;
  bool is_known_ = false;
  double jitter_ = 0;
};

}  // namespace echopool::client
