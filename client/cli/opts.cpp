// echopool opts: every socket option, what it is set to, and what the kernel makes of a wish.
#include "common_options.hpp"
#include "folded.hpp"
#include "report.hpp"
#include "socket_options.hpp"
#include "subcommands.hpp"
#include "suggestion.hpp"
#include "terminal.hpp"
#include "unique_fd.hpp"
#include "wrapped_text.hpp"

#include <netinet/in.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <iostream>
#include <vector>

namespace echopool::client {
namespace {

struct Socket {
  UniqueFd fd;
  bool udp = false;
  bool v6 = false;

  [[nodiscard]] bool has(const SocketOption& option) const noexcept {
    switch (option.scope) {
      case OptionScope::tcp:
        return !udp;
      case OptionScope::udp:
        return udp;
      case OptionScope::v4:
        return !v6;
      case OptionScope::v6:
        return v6;
      case OptionScope::all:
        break;
    }
    return true;
  }
};

Socket fresh_socket(const Arguments& arguments) {
  Socket result;
  result.udp = arguments.has("udp");
  result.v6 = arguments.has("ipv6");
  result.fd =
      UniqueFd{::socket(result.v6 ? AF_INET6 : AF_INET, (result.udp ? SOCK_DGRAM : SOCK_STREAM) | SOCK_CLOEXEC, 0)};
  if (!result.fd) throw NetworkError{errno, "cannot make a socket: " + explain(errno, Transport::tcp)};
  return result;
}

struct Wish {
  const SocketOption* option;
  std::string asked;
};

const SocketOption& known_option(const std::string& name) {
  if (const SocketOption* option = find_socket_option(name)) return *option;
  std::vector<std::string_view> names;
  for (const SocketOption& option : socket_options()) names.push_back(option.name);
  throw UsageError{"there is no socket option '" + name + "'" + did_you_mean(name, names)};
}

std::vector<Wish> wishes_of(const Arguments& arguments) {
  std::vector<Wish> wishes;
  for (const std::string& text : arguments.all("set")) {
    const auto equals = text.find('=');
    if (equals == std::string::npos) throw UsageError{"--set '" + text + "': write NAME=VALUE, as in SO_RCVBUF=64K"};
    wishes.push_back({&known_option(text.substr(0, equals)), text.substr(equals + 1)});
  }
  return wishes;
}

/// Case plays no part, and a part of the name or the meaning is enough.
bool matches(const SocketOption& option, const std::string& word) {
  const auto contains = [&word](std::string_view text) {
    return std::search(text.begin(), text.end(), word.begin(), word.end(), [](unsigned char a, unsigned char b) {
             return std::tolower(a) == std::tolower(b);
           }) != text.end();
  };
  return contains(option.name) || contains(option.meaning);
}

struct Row {
  const SocketOption* option;
  OptionReading before;
  std::optional<Wish> wish;
  int refused = 0;      // errno of setsockopt
  OptionReading after;  // where something was asked for
  std::string limit;    // what /proc/sys says

  [[nodiscard]] bool unknown() const noexcept { return !before.value && before.error == ENOPROTOOPT; }
};

Row row_of(const Socket& socket, const SocketOption& option, const std::vector<Wish>& wishes) {
  Row row{&option, read_socket_option(socket.fd.get(), option), std::nullopt, 0, {}, {}};
  if (!option.limit.empty()) row.limit = read_sysctl(option.limit);
  for (const Wish& wish : wishes)
    if (wish.option == &option) row.wish = wish;
  if (row.wish) {
    row.refused = set_socket_option(socket.fd.get(), option, row.wish->asked);
    row.after = read_socket_option(socket.fd.get(), option);
  }
  return row;
}

std::vector<Row> rows_of(const Socket& socket, const std::vector<std::string>& words, const std::vector<Wish>& wishes) {
  std::vector<Row> rows;
  for (const SocketOption& option : socket_options()) {
    const bool wished = std::any_of(wishes.begin(), wishes.end(), [&](const Wish& w) { return w.option == &option; });
    if (!socket.has(option) && !wished) continue;
    const bool asked_for =
        std::any_of(words.begin(), words.end(), [&](const auto& word) { return matches(option, word); });
    if (wished || asked_for || (words.empty() && wishes.empty())) rows.push_back(row_of(socket, option, wishes));
  }
  return rows;
}

std::string sysctl_name(std::string_view path) {
  std::string name{path};
  std::replace(name.begin(), name.end(), '/', '.');
  return name;
}

std::string value_text(const Row& row) {
  if (row.before.value) return *row.before.value;
  if (row.option->kind == OptionKind::action) return "(set only)";
  if (row.unknown()) return "(not known to this kernel or socket)";
  return "(" + error_text(row.before.error) + ")";
}

std::string describe(const Row& row, std::size_t width) {
  constexpr std::size_t name_column = 26;
  const SocketOption& option = *row.option;
  std::string facts = value_text(row);
  if (row.wish) {
    facts += ", asked for " + row.wish->asked + ": ";
    if (row.refused != 0)
      facts += "refused (" + error_text(row.refused) + ")";
    else
      facts += "granted " + row.after.value.value_or("(unreadable)");
  }
  if (!row.limit.empty()) facts += "  [" + sysctl_name(option.limit) + " = " + row.limit + "]";
  const std::string head = beside(std::string{option.name}, facts, width, width < 60 ? 4 : name_column);
  const std::string about =
      std::string{level_name(option)} + " " + std::string{kind_name(option.kind)} + ": " + std::string{option.meaning};
  return head + "\n" + beside("", about, width, 4) + "\n";
}

Json json_of(const Row& row) {
  Json::Object object{{"name", row.option->name},
                      {"level", level_name(*row.option)},
                      {"type", kind_name(row.option->kind)},
                      {"known", !row.unknown()},
                      {"default", row.before.value},
                      {"errno", row.before.value ? Json{} : Json{row.before.error}},
                      {"limit_sysctl", row.option->limit.empty() ? Json{} : Json{sysctl_name(row.option->limit)}},
                      {"limit", row.limit.empty() ? Json{} : Json{row.limit}},
                      {"meaning", row.option->meaning}};
  if (row.wish) {
    object.emplace_back("asked", row.wish->asked);
    object.emplace_back("granted", row.refused == 0 ? Json{row.after.value} : Json{});
    object.emplace_back("refused_errno", row.refused == 0 ? Json{} : Json{row.refused});
  }
  return object;
}

std::string kernel_release() {
  utsname system{};
  return ::uname(&system) == 0 ? system.release : "";
}

int run(const Arguments& arguments) {
  if (arguments.has("ipv4") && arguments.has("ipv6")) throw UsageError{"-4 and -6 exclude each other"};
  const auto wishes = wishes_of(arguments);
  const Socket socket = fresh_socket(arguments);
  const auto rows = rows_of(socket, arguments.words(), wishes);
  const bool refused = std::any_of(rows.begin(), rows.end(), [](const Row& row) { return row.refused != 0; });
  const int status = rows.empty() || refused ? 1 : 0;
  if (arguments.has("json")) {
    Json::Object result = begin_report("opts", arguments.typed());
    result.emplace_back("kernel", kernel_release());
    result.emplace_back("transport", socket.udp ? "udp" : "tcp");
    result.emplace_back("family", socket.v6 ? "ipv6" : "ipv4");
    Json::Array list;
    for (const Row& row : rows) list.push_back(json_of(row));
    result.emplace_back("socket_options", std::move(list));
    end_report(result, {}, status);
    std::cout << Json{result}.to_string() << std::endl;
    return status;
  }
  const std::size_t width = width_of(STDOUT_FILENO);
  if (rows.empty()) throw NetworkError{0, "no option of this kind of socket matches; 'echopool opts' lists them all"};
  std::cout << folded(std::string{"Options of a new "} + (socket.udp ? "UDP" : "TCP") + " socket over " +
                          (socket.v6 ? "IPv6" : "IPv4") + ", Linux " + kernel_release(),
                      width)
            << "\n\n";
  for (const Row& row : rows) std::cout << describe(row, width);
  std::cout << std::flush;
  return status;
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
          "contains one of them. With --set an option is set and read back: what was asked for and what was granted "
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
