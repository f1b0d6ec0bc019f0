#include "logging/syslog_protocol.hpp"

#include <syslog.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

namespace echopool {
namespace {

constexpr std::array<std::pair<std::string_view, int>, 19> facilities{{{"auth", LOG_AUTH},
                                                                       {"authpriv", LOG_AUTHPRIV},
                                                                       {"cron", LOG_CRON},
                                                                       {"daemon", LOG_DAEMON},
                                                                       {"ftp", LOG_FTP},
                                                                       {"lpr", LOG_LPR},
                                                                       {"mail", LOG_MAIL},
                                                                       {"news", LOG_NEWS},
                                                                       {"syslog", LOG_SYSLOG},
                                                                       {"user", LOG_USER},
                                                                       {"uucp", LOG_UUCP},
                                                                       {"local0", LOG_LOCAL0},
                                                                       {"local1", LOG_LOCAL1},
                                                                       {"local2", LOG_LOCAL2},
                                                                       {"local3", LOG_LOCAL3},
                                                                       {"local4", LOG_LOCAL4},
                                                                       {"local5", LOG_LOCAL5},
                                                                       {"local6", LOG_LOCAL6},
                                                                       {"local7", LOG_LOCAL7}}};

}  // namespace

int syslog_severity(LogLevel level) noexcept {
  switch (level) {
    case LogLevel::debug:
      return LOG_DEBUG;
    case LogLevel::info:
      return LOG_INFO;
    case LogLevel::notice:
      return LOG_NOTICE;
    case LogLevel::warning:
      return LOG_WARNING;
    case LogLevel::error:
      return LOG_ERR;
    case LogLevel::critical:
      break;
  }
  return LOG_CRIT;
}

std::optional<int> syslog_facility(std::string_view name) noexcept {
  const auto* const found = std::ranges::find(facilities, name, &std::pair<std::string_view, int>::first);
  if (found == facilities.end()) return std::nullopt;
  return found->second;
}

std::string syslog_facility_names() {
  std::string names;
  for (const auto& [name, code] : facilities) names.append(names.empty() ? "" : ", ").append(name);
  return names;
}

std::optional<HostPort> split_host_port(std::string_view text) {
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos) return std::nullopt;
  auto host = text.substr(0, colon);
  const auto digits = text.substr(colon + 1);
  if (host.starts_with('[') && host.ends_with(']'))
    host = host.substr(1, host.size() - 2);
  else if (host.find_first_of(":[]") != std::string_view::npos)
    return std::nullopt;
  if (host.empty() || host.find_first_of(" \t") != std::string_view::npos) return std::nullopt;
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
  if (error != std::errc{} || end != digits.data() + digits.size() || port == 0) return std::nullopt;
  return HostPort{std::string{host}, port};
}

}  // namespace echopool
