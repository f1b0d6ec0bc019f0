// Recognises, among the connections one worker serves, one that talks alone and quickly. Internal. The worker's own.
#pragma once

#include "kernel/system_calls.hpp"

#include <chrono>
#include <cstdint>

namespace echopool {

class LoneTalker {
 public:
  /// So many messages, each within so long of the one before and nobody else's between them.
  static constexpr int messages_to_know = 4;
  static constexpr std::chrono::milliseconds quick{8};

  [[nodiscard]] bool is_it(std::uint64_t id, TimePoint now) noexcept {
    messages_ = id == id_ && now - last_ <= quick ? messages_ + 1 : 1;
    id_ = id;
    last_ = now;
    return messages_ >= messages_to_know;
  }
  /// Several talk.
  void forget() noexcept { id_ = 0; }

 private:
  std::uint64_t id_ = 0;
  TimePoint last_;
  int messages_ = 0;
};

}  // namespace echopool
