// echopool opts: every socket option, what it is set to, and what the kernel makes of a wish.
#include "cli/arguments.hpp"
#include "cli/subcommands.hpp"
#include "net/network_error.hpp"
#include "opts/socket_inspection.hpp"
#include "opts/socket_options_text.hpp"
#include "output/folded.hpp"
#include "output/report.hpp"
#include "output/terminal.hpp"
#include "suggestion.hpp"

#include <sys/utsname.h>
#include <unistd.h>

#include <algorithm>
#include <iostream>
#include <vector>

namespace echopool::client {
namespace {

const SocketOption& known_option(const std::string& name) {
  if (const SocketOption* option = find_socket_option(name)) return *option;
  std::vector<std::string_view> names;
  for (const SocketOption& option : socket_options()) names.push_back(option.name);
  throw UsageError{"there is no socket option '" + name + "'" + did_you_mean(name, names)};
}

OptionWish wish_of(const std::string& text) {
  const auto equals = text.find('=');
  if (equals == std::string::npos) throw UsageError{"--set '" + text + "': write NAME=VALUE, as in SO_RCVBUF=64K"};
  const std::string name = text.substr(0, equals);
  const SocketOption& option = known_option(name);
  std::string value = text.substr(equals + 1);
  if (is_value(option, value)) return {&option, std::move(value)};
  const std::string form{value_form(option)};
  throw UsageError{"--set '" + text + "': " + std::string{option.name} +
                   (form.empty() ? " takes a structure, which only a program can make" : " takes " + form)};
}

std::vector<OptionWish> wishes_of(const Arguments& arguments) {
  std::vector<OptionWish> wishes;
  for (const std::string& text : arguments.all("set")) wishes.push_back(wish_of(text));
  return wishes;
}

std::string kernel_release() {
  utsname system{};
  return ::uname(&system) == 0 ? system.release : "";
}

void print_json(const Arguments& arguments, const SocketKind& kind, const std::vector<OptionReport>& reports,
                const std::vector<UnnamedOption>& unnamed, int status) {
  Json::Object result = begin_report("opts", arguments.typed());
  result.emplace_back("kernel", kernel_release());
  result.emplace_back("transport", kind.udp ? "udp" : "tcp");
  result.emplace_back("family", kind.v6 ? "ipv6" : "ipv4");
  result.emplace_back("socket_options", socket_options_json(reports));
  result.emplace_back("unnamed", unnamed_options_json(unnamed));
  end_report(result, {}, status);
  std::cout << Json{result}.to_string() << "\n";
}

void print_text(const SocketKind& kind, const std::vector<OptionReport>& reports,
                const std::vector<UnnamedOption>& unnamed) {
  const std::size_t width = width_of(STDOUT_FILENO);
  const std::string title = std::string{"Options of a new "} + (kind.udp ? "UDP" : "TCP") + " socket over " +
                            (kind.v6 ? "IPv6" : "IPv4") + ", Linux " + kernel_release();
  std::cout << folded(title, width) << "\n\n" << socket_options_text(reports, width);
  if (!unnamed.empty()) std::cout << "\n" << folded(unnamed_options_text(unnamed), width) << "\n";
}

int run(const Arguments& arguments) {
  if (arguments.has("ipv4") && arguments.has("ipv6")) throw UsageError{"-4 and -6 exclude each other"};
  const auto wishes = wishes_of(arguments);
  const SocketKind kind{.udp = arguments.has("udp"), .v6 = arguments.has("ipv6")};
  const SocketInspection inspection{kind};
  const bool everything = arguments.words().empty() && wishes.empty();
  const auto unnamed = everything ? inspection.unnamed() : std::vector<UnnamedOption>{};
  const auto reports = inspection.report(arguments.words(), wishes);
  if (reports.empty())
    throw NetworkError{0, "no option of this kind of socket matches; 'echopool opts' lists them all"};
  const int status = std::any_of(reports.begin(), reports.end(), [](const auto& one) { return one.refused != 0; });
  if (arguments.has("json"))
    print_json(arguments, kind, reports, unnamed, status);
  else
    print_text(kind, reports, unnamed);
  return std::cout.flush() ? status : 1;
}

}  // namespace

Command opts_command() {
  return {
      .name = "opts",
      .summary = "every socket option: type, value, limit, what it does; try what the kernel grants",
      .usage = "[options] [WORD…]",
      .description =
          "Makes a new socket and asks the kernel for every option that Linux has for TCP or UDP: what it is set to, "
          "which system setting bounds it, and what it does, in a line. Words choose the options whose name or meaning "
          "contains one of them; a whole name chooses that option alone. With --set an option is set and read back: "
          "what was asked for and what was granted "
          "often differ.",
      .groups =
          {{"Socket",
            {{"udp", 'u', "", "", "a UDP socket instead of TCP"},
             {"ipv4", '4', "", "", "an IPv4 socket (the default)"},
             {"ipv6", '6', "", "", "an IPv6 socket"},
             {"set", '\0', "NAME=VALUE", "",
              "set this option and show what was granted; may be repeated. Sizes may be 64K, times 250ms, flags on "
              "or off"}}},
           {"Output", {{"json", 'J', "", "", "print one JSON object and nothing else"}}}},
      .examples = {{"echopool opts keep", "all about keepalive"},
                   {"echopool opts --set SO_RCVBUF=1M", "why the kernel grants twice that, or less"},
                   {"echopool opts -u -6 -J", "all options of a UDP socket over IPv6, for a program"}},
      .exit_status = "0 shown; 1 nothing matches, or a wish was refused; 2 usage.",
      .run = run,
  };
}

}  // namespace echopool::client
