#include "logging/log_writer.hpp"
#include "logging/syslog_protocol.hpp"

#include <echopool/log.hpp>

#include <errno.h>

#include <algorithm>

namespace echopool {
namespace {

constexpr ByteSize smallest_file = 4_KiB;  // at least a few lines
constexpr std::size_t longest_ident = 48;  // APP-NAME, RFC 5424 section 6

bool is_ident(const std::string& ident) {
  return !ident.empty() && ident.size() <= longest_ident &&
         std::ranges::all_of(ident, [](char c) { return c > ' ' && c < '\x7f' && c != ':' && c != '[' && c != ']'; });
}

}  // namespace

std::string program_name() {
  const std::string name = ::program_invocation_short_name;
  return is_ident(name) ? name : "echopool";
}

std::vector<std::string> LogSettings::validate() const {
  std::vector<std::string> wrong;
  const auto uses = [&](LogSink sink) { return std::ranges::count(sinks, sink); };
  for (const LogSink sink : {LogSink::syslog, LogSink::standard_error, LogSink::file})
    if (uses(sink) > 1) wrong.emplace_back("log.sinks names '" + std::string{to_string(sink)} + "' twice");
  if (!syslog_facility(facility))
    wrong.emplace_back("log.facility '" + facility + "' is unknown; use one of " + syslog_facility_names());
  if (!is_ident(ident))
    wrong.emplace_back("log.ident '" + ident +
                       "' cannot be a program's name in syslog; use 1 to 48 letters, digits and signs except ':[]'");
  if (remote && !split_host_port(*remote))
    wrong.emplace_back("log.remote '" + *remote +
                       "' is not HOST:PORT; write for example loghost:514, 192.0.2.1:514 or [2001:db8::1]:514");
  if (file.empty() && uses(LogSink::file) > 0)
    wrong.emplace_back("log.sinks names 'file', but log.file is empty; give it the path of the log file");
  if (file_rotate < smallest_file) wrong.emplace_back("log.file_rotate is too small; use 4 KiB or more");
  return wrong;
}

std::string_view to_string(LogSink sink) noexcept {
  switch (sink) {
    case LogSink::syslog:
      return "syslog";
    case LogSink::standard_error:
      return "stderr";
    case LogSink::file:
      break;
  }
  return "file";
}

std::unique_ptr<LineWriter> make_line_writer(LogSink sink, const LogSettings& settings) {
  if (sink == LogSink::file) return make_file_writer(settings.file, settings.file_rotate);
  if (sink == LogSink::standard_error) return make_standard_error_writer();
  if (settings.remote) return make_remote_syslog_writer(*settings.remote, settings.facility, settings.ident);
  return make_native_syslog_writer(settings.facility, settings.ident);
}

}  // namespace echopool
