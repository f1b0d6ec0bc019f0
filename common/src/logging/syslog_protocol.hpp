// The words of syslog: severities and facilities by number (RFC 5424 section 6.2.1), and a remote server's address.
// Internal. Pure functions, any thread.
#pragma once

#include <echopool/log.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace echopool {

/// 7 (debug) … 2 (critical).
[[nodiscard]] int syslog_severity(LogLevel level) noexcept;

/// The facility's code, already shifted as in <syslog.h> (LOG_DAEMON is 3 << 3). nullopt for an unknown name, and for
/// `kern`, which a process may not use (syslog(3)).
[[nodiscard]] std::optional<int> syslog_facility(std::string_view name) noexcept;
/// Every name syslog_facility() knows, separated by commas.
[[nodiscard]] std::string syslog_facility_names();

struct HostPort {
  std::string host;
  std::uint16_t port;
};
/// Reads `host:port`, `192.0.2.1:port` or `[2001:db8::1]:port`; nullopt when it is none of these. Resolves nothing.
[[nodiscard]] std::optional<HostPort> split_host_port(std::string_view text);

}  // namespace echopool
