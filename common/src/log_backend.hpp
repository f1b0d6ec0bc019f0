// Boost.Log's side of a LineWriter: takes records from a sink's queue, writes their lines, counts and reports losses.
// Internal. Belongs to its sink; all but abandon() is called by the sink's feeder thread.
#pragma once

#include "line_count.hpp"
#include "log_writer.hpp"

#include <boost/log/attributes/attribute_name.hpp>
#include <boost/log/core/record_view.hpp>
#include <boost/log/sinks/basic_sink_backend.hpp>
#include <boost/log/sinks/frontend_requirements.hpp>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string_view>

namespace echopool {

/// The attributes of our records.
struct LogAttributes {
  struct Stamp {
    LogLevel level;
    std::chrono::system_clock::time_point time;
  };
  const boost::log::attribute_name message{"Message"};  ///< std::string; where a program's own sinks look for it too
  const boost::log::attribute_name stamp{"EchopoolStamp"};

  [[nodiscard]] static const LogAttributes& get();
};

class WriterBackend final : public boost::log::sinks::basic_sink_backend<boost::log::sinks::synchronized_feeding> {
 public:
  /// `on_outage` is told the error when the writer begins to fail, and again with the next one while it gives false. It
  /// must not throw.
  WriterBackend(std::unique_ptr<LineWriter> writer, LineCount& count, std::function<bool(std::string_view)> on_outage);

  void open() noexcept;
  void consume(const boost::log::record_view& record) noexcept;
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
