// A LineWriter that fails: counts what it does not write, reports that when it works again, and tells the other sinks
// when the trouble begins. Internal. Belongs to one sink; all but abandon() is called by its thread.
#pragma once

#include "logging/line_count.hpp"
#include "logging/log_writer.hpp"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string_view>

namespace echopool {

class ReportingWriter {
 public:
  /// `on_outage` is told the error when the writer begins to fail, and again with the next one while it returns false.
  /// It must not throw.
  ReportingWriter(std::unique_ptr<LineWriter> writer, LineCount& count,
                  std::function<bool(std::string_view)> on_outage);

  void open() noexcept;
  void write(const LogLine& line) noexcept;
  /// Reports the last losses and destroys the writer.
  void close() noexcept;
  /// From now on nothing is written or counted.
  void abandon() noexcept { is_abandoned_.store(true); }

 private:
  void fail(std::string_view error) noexcept;
  void report(std::uint64_t lost) noexcept;

  std::unique_ptr<LineWriter> writer_;
  LineCount& count_;
  const std::function<bool(std::string_view)> on_outage_;
  bool is_open_ = false;
  std::uint64_t seen_ = 0;      ///< lost after the line before; no more after the next means that the sink works again
  std::uint64_t reported_ = 0;  ///< lost when last reported
  std::chrono::steady_clock::time_point next_report_;
  std::atomic<bool> is_abandoned_{false};
};

}  // namespace echopool
