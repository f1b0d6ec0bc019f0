// What one worker thread owns. Internal. Belongs to its thread; the functions marked so may be called from others.
#pragma once

#include "session/session_io.hpp"
#include "settings/live_settings.hpp"

#include <stop_token>

namespace echopool {

class Worker {
 public:
  Worker(const LiveSettings& live, const StopState& stop, SessionTotals& totals)
      : settings{live}, io{stop, cut_off_.get_token(), totals} {}

  /// Cuts off the running turn, if there is one, and every later one. Any thread.
  void cut_off() noexcept { cut_off_.request_stop(); }
  /// A token per worker, not one for all: registering a turn's callback then contends with no other worker.
  [[nodiscard]] std::stop_token cut_off_token() const noexcept { return cut_off_.get_token(); }
  /// Whether it waits for a message's first byte, a wait that stopping may interrupt. Any thread.
  [[nodiscard]] bool waiting() const noexcept { return io.waiting(); }

 private:
  std::stop_source cut_off_;

 public:
  LiveSettings::Reader settings;
  SessionIo io;
};

}  // namespace echopool
