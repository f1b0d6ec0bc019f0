// Where the lines of one sink end up: syslog, a remote syslog, standard error or a file. Internal. Made by the thread
// that owns the Logging object; from then on used, and destroyed, by the sink's sink thread alone. It may block
// there.
#pragma once

#include <echopool/log.hpp>

#include <chrono>
#include <memory>
#include <string>
#include <string_view>

namespace echopool {

/// A line on its way to a sink. Holds a reference: it lives only as long as the call to LineWriter::write().
struct LogLine {
  LogLevel level = LogLevel::info;
  std::chrono::system_clock::time_point time;  ///< when log_event() was called
  const std::string& text;                     ///< printable UTF-8 without a newline
};

class LineWriter {
 public:
  LineWriter() = default;
  LineWriter(const LineWriter&) = delete;
  LineWriter& operator=(const LineWriter&) = delete;
  virtual ~LineWriter() = default;

  /// Sets up what may block, before the first line. Throws when it cannot; it is asked again before the next line.
  virtual void open() {}
  /// Throws when the line is not known to have been written.
  virtual void write(const LogLine& line) = 0;
};

/// The sink's name in settings and log lines: `syslog`, `stderr`, `file`.
[[nodiscard]] std::string_view to_string(LogSink sink) noexcept;

/// The writer `settings` describe; they must be valid. Throws StartError.
[[nodiscard]] std::unique_ptr<LineWriter> make_line_writer(LogSink sink, const LogSettings& settings);

[[nodiscard]] std::unique_ptr<LineWriter> make_native_syslog_writer(const std::string& facility,
                                                                    const std::string& ident);
[[nodiscard]] std::unique_ptr<LineWriter> make_remote_syslog_writer(const std::string& remote,
                                                                    const std::string& facility,
                                                                    const std::string& ident);
[[nodiscard]] std::unique_ptr<LineWriter> make_standard_error_writer();
[[nodiscard]] std::unique_ptr<LineWriter> make_file_writer(const std::string& path, ByteSize rotate_at);

}  // namespace echopool
