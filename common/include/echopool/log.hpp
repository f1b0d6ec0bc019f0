// Logging for the framework and for programs built on it: `event key=value …`, one line each, to syslog, standard
// error or a file. Installed. The log_… functions may be called from any thread at any time: silent and harmless
// while no Logging object lives. A Logging object belongs to main(): create it after fork(), before other threads.
#pragma once

#include <echopool/endpoint.hpp>
#include <echopool/export.hpp>
#include <echopool/literals.hpp>

#include <chrono>
#include <cstdint>
#include <exception>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <variant>
#include <vector>

namespace echopool {

/// Severity, as syslog names it (RFC 5424 section 6.2.1), least first.
enum class LogLevel : std::uint8_t { debug, info, notice, warning, error, critical };

/// Where lines can go.
enum class LogSink : std::uint8_t { syslog, standard_error, file };

/// The name this program was started by, as far as it can be a name in syslog; else `echopool`.
[[nodiscard]] ECHOPOOL_EXPORT std::string program_name();

/// Where log lines go. Everything has a working default.
struct LogSettings {
  std::vector<LogSink> sinks{LogSink::syslog};  ///< every line goes to all of them
  LogLevel level = LogLevel::info;              ///< lines below it are not even built
  std::string facility = "daemon";              ///< syslog(3): daemon, user, local0 … local7, …
  std::string ident = program_name();           ///< the program's name in syslog
  std::optional<std::string> remote{};          ///< `host:port`: the syslog sink sends RFC 3164 datagrams there instead
  std::string file{};                           ///< path of the file sink, opened for appending
  ByteSize file_rotate = 64_MiB;  ///< at this size it becomes `file`.1, and that `file`.2 … `file`.4, the last
  bool connections = true;        ///< `connection opened` and `connection closed` lines
  bool traceback = false;         ///< follow an exception by its stack at the throw; needs enable_tracebacks()

  /// What is wrong with these settings, one sentence each; empty when they can be used.
  [[nodiscard]] ECHOPOOL_EXPORT std::vector<std::string> validate() const;
};

/// One `key=value` of a line. Holds references: it lives only as long as the call to log_event().
struct LogField {
  /// What a value can be made from.
  using Value = std::variant<std::string_view, std::int64_t, std::uint64_t, const Endpoint*>;

  /// A text; quoted where it must be.
  LogField(std::string_view name, std::string_view text) : key{name}, value{text} {}
  /// A text.
  LogField(std::string_view name, const char* text) : key{name}, value{std::string_view{text}} {}
  /// A text.
  LogField(std::string_view name, const std::string& text) : key{name}, value{std::string_view{text}} {}
  /// An address: `192.0.2.1:7`.
  LogField(std::string_view name, const Endpoint& endpoint) : key{name}, value{&endpoint} {}
  /// A number.
  template <class Integer>
  requires std::is_integral_v<Integer> LogField(std::string_view name, Integer number) : key{name} {
    if constexpr (std::is_signed_v<Integer>)
      value = static_cast<std::int64_t>(number);
    else
      value = static_cast<std::uint64_t>(number);
  }
  /// A duration is written in whole milliseconds; say so in the key: `duration_ms`.
  template <class Rep, class Period>
  LogField(std::string_view name, std::chrono::duration<Rep, Period> duration)
      : key{name},
        value{static_cast<std::int64_t>(std::chrono::duration_cast<std::chrono::milliseconds>(duration).count())} {}

  std::string_view key;  ///< the part before `=`
  Value value;           ///< the part after it
};

/// Whether a line of this level would be written. One relaxed atomic load.
[[nodiscard]] ECHOPOOL_EXPORT bool log_enabled(LogLevel level) noexcept;
/// Whether lines about single connections are wanted at this level (`LogSettings::connections`).
[[nodiscard]] ECHOPOOL_EXPORT bool log_connections_enabled(LogLevel level) noexcept;

/// Hands `event key=value …` to the sinks' queues and returns: it never waits for a sink, never throws and keeps errno.
/// Values with spaces, quotes or nothing in them are quoted; control characters and bytes that are not UTF-8 are
/// escaped; a line is cut at 1,024 bytes and then ends in `…`. A line for which a sink has no room, or that it fails to
/// write, is counted; the sink reports it as `log records lost count= sink=` when it works again, and the other sinks
/// get `log sink failed sink= error=` when the trouble begins.
ECHOPOOL_EXPORT void log_event(LogLevel level, std::string_view event,
                               std::initializer_list<LogField> fields = {}) noexcept;

/// Logs the exception being handled: `event key=value … type= what=`. With `LogSettings::traceback`, in a program that
/// has called enable_tracebacks() (traceback.hpp), it ends in `trace=`, the number of the lines that follow it with the
/// stack as it was at the throw, innermost first: `traceback trace= frame= at="function (file:line)"`. There is none
/// when another thread threw it, or nothing was thrown (std::make_exception_ptr). Call it inside a catch block. The
/// first traceback of a program takes some 0.1 s.
ECHOPOOL_EXPORT void log_exception(LogLevel level, std::string_view event,
                                   std::initializer_list<LogField> fields = {}) noexcept;

/// Lines that found no room in a sink's queue, or that a sink failed to write, since the Logging object was made.
[[nodiscard]] ECHOPOOL_EXPORT std::uint64_t log_lost() noexcept;

/// The running sinks. At most one object lives at a time (the second throws std::logic_error). Its constructor throws
/// StartError when a sink cannot be set up (an unwritable file, an unknown remote host); a missing syslog daemon is no
/// error, lines are lost and counted until it appears. Its destructor is close().
///
/// A program that uses Boost.Log itself: its records do not get into these sinks, our lines get into its own (attribute
/// "Message"), and Boost.Log's default sink, the console, is off while a Logging object lives.
class ECHOPOOL_EXPORT Logging {
 public:
  /// Starts the sinks, each with a thread of its own.
  explicit Logging(const LogSettings& settings);
  ~Logging();
  Logging(const Logging&) = delete;
  Logging& operator=(const Logging&) = delete;

  /// Takes new settings; lines already queued still go to the old sinks. The file is opened again even if nothing has
  /// changed, as logrotate(8) expects. On failure throws StartError and nothing has changed.
  void reconfigure(const LogSettings& settings);

  /// Stops taking lines and writes out what is queued. Returns false when the deadline passed because a sink hangs (a
  /// stuck syslog daemon): what it has not written is counted as lost and its thread is left behind, so the program
  /// should end with _exit(2). Once closed it stays so, and returns the same again.
  bool close(std::chrono::milliseconds deadline = std::chrono::seconds{1});

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace echopool
