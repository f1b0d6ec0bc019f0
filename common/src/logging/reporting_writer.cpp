#include "logging/reporting_writer.hpp"

#include "logging/log_line.hpp"

#include <exception>
#include <string>
#include <utility>

namespace echopool {

ReportingWriter::ReportingWriter(std::unique_ptr<LineWriter> writer, LineCount& count,
                                 std::function<bool(std::string_view)> on_outage)
    : writer_{std::move(writer)}, count_{count}, on_outage_{std::move(on_outage)} {}

void ReportingWriter::open() noexcept {
  try {
    writer_->open();
    is_open_ = true;
  } catch (const std::exception& error) {
    fail(error.what());
  }
}

void ReportingWriter::write(const LogLine& line) noexcept {
  if (is_abandoned_.load()) return;
  try {
    if (!is_open_) writer_->open();
    is_open_ = true;
    writer_->write(line);
  } catch (const std::exception& error) {
    if (is_abandoned_.load()) return;
    count_.lose(1);
    seen_ = count_.lost();
    return fail(error.what());
  }
  if (is_abandoned_.load()) return;
  count_.write();
  const auto lost = count_.lost();
  const bool works_again = lost == std::exchange(seen_, lost);
  if (lost != reported_ && works_again && std::chrono::steady_clock::now() >= next_report_) report(lost);
}

void ReportingWriter::close() noexcept {
  const auto lost = count_.lost();
  if (is_open_ && lost != reported_ && !is_abandoned_.load()) report(lost);
  writer_.reset();
}

void ReportingWriter::fail(std::string_view error) noexcept {
  if (count_.begin_outage() && !on_outage_(error)) count_.end_outage();
}

/// Straight to the writer: by the time it came through the queue there might be more to report. Once a second at most.
void ReportingWriter::report(std::uint64_t lost) noexcept {
  try {
    const LineBuffer line{"log records lost", {{"count", lost - reported_}, {"sink", to_string(count_.sink())}}};
    const std::string text{line.view()};
    writer_->write({LogLevel::warning, std::chrono::system_clock::now(), text});
  } catch (const std::exception& error) {
    return fail(error.what());
  }
  reported_ = lost;
  next_report_ = std::chrono::steady_clock::now() + std::chrono::seconds{1};
  count_.end_outage();
}

}  // namespace echopool
