// `connection refused` lines: the first of a kind at once, then one a second with the count, whatever the storm.
// Internal. Belongs to the acceptor's thread.
#pragma once

#include "kernel/system_calls.hpp"

#include <echopool/endpoint.hpp>
#include <echopool/stats.hpp>

#include <array>
#include <cstdint>
#include <optional>

namespace echopool {

class RefusalLog {
 public:
  void note(RefuseReason reason, const Endpoint& peer, TimePoint now) noexcept;
  /// Writes what is due; with `all`, also what is not due yet.
  void flush(TimePoint now, bool all = false) noexcept;
  /// When flush() has something to write; nullopt: nothing is pending.
  [[nodiscard]] std::optional<TimePoint> next() const noexcept;

 private:
  struct Kind {
    std::uint64_t pending = 0;
    Endpoint last_peer;
    std::optional<TimePoint> written;
  };
  void write(RefuseReason reason, Kind& kind, TimePoint now) noexcept;

  std::array<Kind, refuse_reasons> kinds_;
};

}  // namespace echopool
