#include "opts/socket_options_text.hpp"

#include "net/network_error.hpp"
#include "wrapped_text.hpp"

#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>

namespace echopool::client {
namespace {

std::string heading(int level) {
  switch (level) {
    case IPPROTO_IP:
      return "IPv4 (IPPROTO_IP)";
    case IPPROTO_IPV6:
      return "IPv6 (IPPROTO_IPV6)";
    case IPPROTO_TCP:
      return "TCP (IPPROTO_TCP)";
    case IPPROTO_UDP:
      return "UDP (IPPROTO_UDP)";
    default:
      return "Every socket (SOL_SOCKET)";
  }
}

std::string sysctl_name(std::string_view path) {
  std::string name{path};
  std::replace(name.begin(), name.end(), '/', '.');
  return name;
}

/// `64 ms`, `65536 bytes`: what has a unit is shown with it.
std::string with_unit(const SocketOption& option, const std::string& value) {
  if (value.empty()) return "(none)";
  switch (option.kind) {
    case OptionKind::bytes:
      return value + " bytes";
    case OptionKind::seconds:
      return value + " s";
    case OptionKind::milliseconds:
      return value + " ms";
    default:
      return value;
  }
}

std::string value_text(const OptionReport& report) {
  const SocketOption& option = *report.option;
  if (option.kind == OptionKind::action) return "(set only)";
  if (report.fresh.value) return with_unit(option, *report.fresh.value);
  return report.is_unknown() ? "(unknown to this kernel or kind of socket)"
                             : "(" + error_text(report.fresh.error) + ")";
}

std::string wish_text(const OptionReport& report) {
  const std::string asked = ", asked for " + *report.asked + ": ";
  if (report.refused != 0) return asked + "refused (" + error_text(report.refused) + ")";
  if (report.option->kind == OptionKind::action) return asked + "granted";
  std::string text = asked + "granted " + with_unit(*report.option, report.granted.value.value_or("(unreadable)"));
  return report.granted_note.empty() ? text : text + " (" + report.granted_note + ")";
}

std::string describe(const OptionReport& report, std::size_t width) {
  constexpr std::size_t name_column = 29;
  constexpr std::size_t narrow = 60;
  const SocketOption& option = *report.option;
  const std::string facts = value_text(report) + (report.asked ? wish_text(report) : "");
  std::string about = std::string{option.meaning} + " [" + std::string{kind_name(option.kind)};
  if (!report.limit.empty()) about += "; " + sysctl_name(option.limit) + " = " + report.limit;
  return beside("  " + std::string{option.name}, facts, width, width < narrow ? 4 : name_column) + "\n" +
         beside("", about + "]", width, 6) + "\n";
}

/// A number or a boolean where the option is one, else what people read.
Json value_json(const SocketOption& option, const OptionReading& reading) {
  if (!reading.number) return reading.value;
  const bool is_switch = option.kind == OptionKind::flag && (*reading.number == 0 || *reading.number == 1);
  return is_switch ? Json{*reading.number == 1} : Json{*reading.number};
}

Json errno_json(int error) { return error == 0 ? Json{} : Json{error}; }

Json report_json(const OptionReport& report) {
  const SocketOption& option = *report.option;
  Json::Object object{{"name", option.name},
                      {"level", level_name(option.level)},
                      {"number", option.number},
                      {"type", kind_name(option.kind)},
                      {"known", !report.is_unknown()},
                      {"default", value_json(option, report.fresh)},
                      {"errno", option.kind == OptionKind::action ? Json{} : errno_json(report.fresh.error)},
                      {"limit_sysctl", option.limit.empty() ? Json{} : Json{sysctl_name(option.limit)}},
                      {"limit", report.limit.empty() ? Json{} : Json{report.limit}},
                      {"meaning", option.meaning}};
  if (report.asked) {
    object.emplace_back("asked", *report.asked);
    object.emplace_back("granted", report.refused == 0 ? value_json(option, report.granted) : Json{});
    object.emplace_back("granted_note", report.granted_note.empty() ? Json{} : Json{report.granted_note});
    object.emplace_back("refused_errno", errno_json(report.refused));
  }
  return object;
}

}  // namespace

std::string socket_options_text(const std::vector<OptionReport>& reports, std::size_t width) {
  std::string text;
  int level = -1;
  for (const OptionReport& report : reports) {
    if (report.option->level != level) text += (text.empty() ? "" : "\n") + heading(report.option->level) + "\n";
    level = report.option->level;
    text += describe(report, width);
  }
  return text;
}

std::string unnamed_options_text(const std::vector<UnnamedOption>& unnamed) {
  if (unnamed.empty()) return "";
  std::string text = "This kernel has options that this program does not know by name:";
  for (const UnnamedOption& option : unnamed)
    text.append(" ").append(level_name(option.level)).append(" ").append(std::to_string(option.number)).append(",");
  text.back() = '.';
  return text;
}

Json socket_options_json(const std::vector<OptionReport>& reports) {
  Json::Array list;
  for (const OptionReport& report : reports) list.push_back(report_json(report));
  return list;
}

Json unnamed_options_json(const std::vector<UnnamedOption>& unnamed) {
  Json::Array list;
  for (const UnnamedOption& option : unnamed)
    list.push_back(Json::Object{{"level", level_name(option.level)}, {"number", option.number}});
  return list;
}

}  // namespace echopool::client
