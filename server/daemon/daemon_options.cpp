#include "daemon_options.hpp"

#include "cidr.hpp"
#include "options/units.hpp"
#include "privileges.hpp"

#include <algorithm>
#include <array>
#include <functional>

namespace echopool {
namespace {

using Text = std::string_view;
using Row = OptionRow<DaemonSettings>;

constexpr Applies reload = Applies::on_reload;
constexpr Applies restart = Applies::on_restart;

constexpr Milliseconds shortest = TimeoutSettings::shortest;
constexpr Milliseconds longest = TimeoutSettings::longest;
constexpr std::uint64_t most_connections = LimitSettings::most_connections;
constexpr std::uint64_t highest_rate = LimitSettings::highest_rate;

Timeout time_limit(Text text) { return to_timeout(text, shortest, longest); }

/// Applies `check` to every item; throws std::invalid_argument with all complaints.
std::vector<std::string> checked_list(Text text, const std::function<void(const std::string&)>& check) {
  std::vector<std::string> items = to_list(text);
  std::string wrong;
  for (auto item = items.begin(); item != items.end(); ++item) {
    try {
      check(*item);
      if (std::find(items.begin(), item, *item) != item) throw std::invalid_argument{"'" + *item + "' is there twice"};
    } catch (const std::invalid_argument& error) {
      wrong += (wrong.empty() ? "" : "; ") + std::string{error.what()};
    }
  }
  if (!wrong.empty()) throw std::invalid_argument{wrong};
  return items;
}

std::vector<Endpoint> endpoints(Text text) {
  std::vector<Endpoint> result;
  checked_list(text, [&result](const std::string& item) { result.push_back(Endpoint::parse(item)); });
  return result;
}

std::vector<std::string> address_blocks(Text text) {
  return checked_list(text, [](const std::string& item) { static_cast<void>(Cidr::parse(item)); });
}

std::optional<ByteSize> buffer_size(Text text) {
  if (text.empty()) return std::nullopt;
  return to_size(text, 4_KiB, 1024_MiB);
}

/// Relative to what, would be the question: a daemon has left the folder it was started in.
std::string absolute_path(Text text) {
  if (!text.empty() && !text.starts_with('/'))
    throw std::invalid_argument{"must be an absolute path: it begins with /"};
  return std::string{text};
}

std::vector<LogSink> sinks(Text text) {
  std::vector<LogSink> result;
  checked_list(text, [&result](const std::string& item) {
    result.push_back(to_choice<LogSink>(
        item, {{"syslog", LogSink::syslog}, {"stderr", LogSink::standard_error}, {"file", LogSink::file}}));
  });
  return result;
}

LogLevel level(Text text) {
  return to_choice<LogLevel>(text, {{"debug", LogLevel::debug},
                                    {"info", LogLevel::info},
                                    {"notice", LogLevel::notice},
                                    {"warning", LogLevel::warning},
                                    {"error", LogLevel::error},
                                    {"critical", LogLevel::critical}});
}

constexpr std::array sections{
    OptionSection{"tcp", "Where TCP connections are taken."},
    OptionSection{"udp", "Where datagrams are taken, and how many of them are answered."},
    OptionSection{"pool", "The threads that serve connections."},
    OptionSection{"timeouts", "Time limits, each a duration or off."},
    OptionSection{"limits", "How many connections there may be, and how much is kept for them."},
    OptionSection{"access",
                  "Which peers are served: addresses and blocks such as 192.0.2.7, 192.0.2.0/24, 2001:db8::/32. The "
                  "longest matching prefix wins, a tie denies."},
    OptionSection{"socket", "Socket options, set once on the listeners and inherited by connections."},
    OptionSection{"log", "What is logged, and where to."},
    OptionSection{"process", "The user and the files of the process."},
};

const std::array rows{
    Row{{"tcp", "listen", "127.0.0.1:51423, [::1]:51423", "ADDRESSES",
         "Comma-separated ADDRESS:PORT, [IPV6]:PORT or *:PORT, which is every address of both families; empty: no TCP.",
         restart},
        [](DaemonSettings& to, Text text) { to.tcp_listen = endpoints(text); }},
    Row{{"tcp", "backlog", "511", "COUNT",
         "Connections that the kernel keeps until they are accepted; net.core.somaxconn caps it.", restart},
        [](DaemonSettings& to, Text text) {
          to.server.socket.backlog = to_count<int>(text, 1, SocketSettings::longest_backlog);
        }},

    Row{{"udp", "listen", "127.0.0.1:51423, [::1]:51423", "ADDRESSES", "As tcp.listen, for UDP; empty: no UDP.",
         restart},
        [](DaemonSettings& to, Text text) { to.udp_listen = endpoints(text); }},
    Row{{"udp", "rate_per_source", "1000", "COUNT",
         "Datagrams a second answered to one IPv4 address or IPv6 /64; off: no limit.", reload},
        [](DaemonSettings& to, Text text) {
          to.server.udp.rate_per_source = to_limit<std::uint32_t>(text, highest_rate);
        }},
    Row{{"udp", "rate_total", "100000", "COUNT", "Datagrams a second answered in all; off: no limit.", reload},
        [](DaemonSettings& to, Text text) { to.server.udp.rate_total = to_limit<std::uint32_t>(text, highest_rate); }},
    Row{{"udp", "batch", "64", "COUNT", "Datagrams taken with one system call, 1 to 1024.", restart},
        [](DaemonSettings& to, Text text) {
          to.server.udp.batch = to_count<std::size_t>(text, 1, UdpSettings::largest_batch);
        }},

    Row{{"pool", "workers", "16", "COUNT", "Threads that serve connections, 1 to 4096; all exist from the start.",
         restart},
        [](DaemonSettings& to, Text text) {
          to.server.pool.workers = to_count<std::size_t>(text, 1, PoolSettings::most_workers);
        }},
    Row{{"pool", "idle", "park", "park|hold",
         "A connection that waits for input is parked and needs no thread (park), or holds its worker (hold).",
         restart},
        [](DaemonSettings& to, Text text) {
          to.server.pool.idle =
              to_choice<IdleConnections>(text, {{"park", IdleConnections::park}, {"hold", IdleConnections::hold}});
        }},
    Row{{"pool", "stack_size", "256K", "SIZE", "Stack of each worker, 128K to 1G.", restart},
        [](DaemonSettings& to, Text text) {
          to.server.pool.stack_size = to_size(text, PoolSettings::least_stack, PoolSettings::most_stack);
        }},
    Row{{"pool", "queue", "64", "COUNT", "With idle = hold: accepted connections that may wait for a worker.", restart},
        [](DaemonSettings& to, Text text) {
          to.server.pool.queue = to_count<std::size_t>(text, 1, PoolSettings::longest_queue);
        }},
    Row{{"pool", "queue_timeout", "5s", "TIME",
         "With idle = hold: a connection that has waited this long for a worker is reset.", restart},
        [](DaemonSettings& to, Text text) { to.server.pool.queue_timeout = time_limit(text); }},
    Row{{"pool", "overflow", "wait", "wait|refuse|evict",
         "A connection for which there is no room waits in the kernel's backlog (wait), is reset at once (refuse), or "
         "takes "
         "the place of the one that has been idle longest of the source that has most (evict, with idle = park).",
         restart},
        [](DaemonSettings& to, Text text) {
          to.server.pool.overflow = to_choice<Overflow>(
              text, {{"wait", Overflow::wait}, {"refuse", Overflow::refuse}, {"evict", Overflow::evict}});
        }},

    Row{{"timeouts", "idle", "60s", "TIME", "Between messages: a connection that is silent this long is closed.",
         reload},
        [](DaemonSettings& to, Text text) { to.server.timeouts.idle = time_limit(text); }},
    Row{{"timeouts", "receive", "30s", "TIME", "One blocking read within a message.", reload},
        [](DaemonSettings& to, Text text) { to.server.timeouts.receive = time_limit(text); }},
    Row{{"timeouts", "message", "30s", "TIME", "A message from its first byte to its last.", reload},
        [](DaemonSettings& to, Text text) { to.server.timeouts.message = time_limit(text); }},
    Row{{"timeouts", "send", "30s", "TIME", "A whole write: a peer that does not read is given up after it.", reload},
        [](DaemonSettings& to, Text text) { to.server.timeouts.send = time_limit(text); }},
    Row{{"timeouts", "session", "off", "TIME", "A connection's life.", reload},
        [](DaemonSettings& to, Text text) { to.server.timeouts.session = time_limit(text); }},
    Row{{"timeouts", "linger", "2s", "TIME",
         "Reading on after the end, so that what was sent last is not lost; never off.", reload},
        [](DaemonSettings& to, Text text) { to.server.timeouts.linger = to_duration(text, shortest, longest); }},
    Row{{"timeouts", "drain", "10s", "TIME", "When stopping: what is running may take this long to finish; never off.",
         reload},
        [](DaemonSettings& to, Text text) { to.server.timeouts.drain = to_duration(text, 0ms, longest); }},

    Row{{"limits", "connections", "10000", "COUNT", "Open at once; pool.overflow says what becomes of more.", reload},
        [](DaemonSettings& to, Text text) {
          to.server.limits.connections = to_count<std::size_t>(text, 1, most_connections);
        }},
    Row{{"limits", "per_source", "off", "COUNT", "Open at once from one IPv4 address or IPv6 /64; more are reset.",
         reload},
        [](DaemonSettings& to, Text text) {
          to.server.limits.per_source = to_limit<std::size_t>(text, most_connections);
        }},
    Row{{"limits", "accept_rate", "off", "COUNT", "New connections a second; more wait in the kernel's backlog.",
         reload},
        [](DaemonSettings& to, Text text) {
          to.server.limits.accept_rate = to_limit<std::uint32_t>(text, highest_rate);
        }},
    Row{{"limits", "output", "256K", "SIZE",
         "With idle = park: output of one connection that is kept while its peer does not take it, 0 to 1G; for more "
         "than that, a worker waits.",
         reload},
        [](DaemonSettings& to, Text text) {
          to.server.limits.output = to_size(text, 0_B, LimitSettings::most_output);
        }},
    Row{{"limits", "output_total", "64M", "SIZE",
         "The same of all connections together, at least limits.output and at most 1024G.", reload},
        [](DaemonSettings& to, Text text) {
          to.server.limits.output_total = to_size(text, 0_B, LimitSettings::most_output_total);
        }},
    Row{{"limits", "input", "64M", "SIZE",
         "With idle = park: kept of the unfinished messages of all connections, 64K to 1024G; beyond it nothing more "
         "of "
         "them is read, but of one at a time.",
         reload},
        [](DaemonSettings& to, Text text) {
          to.server.limits.input = to_size(text, LimitSettings::least_input, LimitSettings::most_input);
        }},

    Row{{"access", "allow", "", "BLOCKS", "Comma-separated; when there are any, what matches none of them is denied.",
         reload},
        [](DaemonSettings& to, Text text) { to.server.access.allow = address_blocks(text); }},
    Row{{"access", "deny", "", "BLOCKS", "Comma-separated; connections are reset, datagrams dropped.", reload},
        [](DaemonSettings& to, Text text) { to.server.access.deny = address_blocks(text); }},

    Row{{"socket", "reuse_address", "on", "on|off",
         "SO_REUSEADDR, for TCP alone: restart without waiting for old connections to expire.", restart},
        [](DaemonSettings& to, Text text) { to.server.socket.reuse_address = to_switch(text); }},
    Row{{"socket", "reuse_port", "off", "on|off", "SO_REUSEPORT: several processes of one user share the port.",
         restart},
        [](DaemonSettings& to, Text text) { to.server.socket.reuse_port = to_switch(text); }},
    Row{{"socket", "keepalive", "on", "on|off", "SO_KEEPALIVE: notice peers that have vanished.", restart},
        [](DaemonSettings& to, Text text) { to.server.socket.keepalive = to_switch(text); }},
    Row{{"socket", "nodelay", "on", "on|off", "TCP_NODELAY: send small answers at once.", restart},
        [](DaemonSettings& to, Text text) { to.server.socket.nodelay = to_switch(text); }},
    Row{{"socket", "user_timeout", "off", "TIME",
         "TCP_USER_TIMEOUT: the kernel gives up on data that stays unacknowledged this long.", restart},
        [](DaemonSettings& to, Text text) { to.server.socket.user_timeout = time_limit(text); }},
    Row{{"socket", "receive_buffer", "", "SIZE", "SO_RCVBUF, 4K to 1G; empty: the kernel adapts it.", restart},
        [](DaemonSettings& to, Text text) { to.server.socket.receive_buffer = buffer_size(text); }},
    Row{{"socket", "send_buffer", "", "SIZE", "SO_SNDBUF, 4K to 1G; empty: the kernel adapts it.", restart},
        [](DaemonSettings& to, Text text) { to.server.socket.send_buffer = buffer_size(text); }},

    Row{{"log", "sinks", "", "SINKS",
         "Any of syslog, stderr, file; empty: syslog, besides stderr when it is a terminal, and file when log.file is "
         "given.",
         reload},
        [](DaemonSettings& to, Text text) { to.log.sinks = sinks(text); }},
    Row{{"log", "level", "info", "LEVEL", "The least that is logged: debug, info, notice, warning, error or critical.",
         reload},
        [](DaemonSettings& to, Text text) { to.log.level = level(text); }},
    Row{{"log", "facility", "daemon", "NAME", "syslog facility: daemon, user, local0 to local7, and others.", reload},
        [](DaemonSettings& to, Text text) { to.log.facility = text; }},
    Row{{"log", "ident", "echopoold", "NAME", "The program's name in syslog.", reload},
        [](DaemonSettings& to, Text text) { to.log.ident = text; }},
    Row{{"log", "remote", "", "HOST:PORT", "Send syslog to this host by UDP instead of to /dev/log.", reload},
        [](DaemonSettings& to, Text text) {
          to.log.remote = text.empty() ? std::nullopt : std::optional{std::string{text}};
        }},
    Row{{"log", "file", "", "PATH", "The log file; SIGHUP opens it anew.", reload},
        [](DaemonSettings& to, Text text) { to.log.file = absolute_path(text); }},
    Row{{"log", "file_rotate", "64M", "SIZE", "A new log file is begun at this size, 4K or more.", reload},
        [](DaemonSettings& to, Text text) { to.log.file_rotate = to_size(text, 4_KiB, ByteSize{1ULL << 40}); }},
    Row{{"log", "connections", "on", "on|off", "Log every connection's end (and, at debug level, its beginning).",
         reload},
        [](DaemonSettings& to, Text text) { to.log.connections = to_switch(text); }},
    Row{{"log", "traceback", "off", "on|off", "Follow an exception by its stack as it was at the throw.", reload},
        [](DaemonSettings& to, Text text) { to.log.traceback = to_switch(text); }},

    Row{{"process", "user", "", "NAME", "Become this user once the sockets are bound; needs root.", restart},
        [](DaemonSettings& to, Text text) {
          if (!text.empty()) static_cast<void>(find_user(std::string{text}));
          to.user = text;
        }},
    Row{{"process", "group", "", "NAME", "Become this group; empty: the primary group of process.user.", restart},
        [](DaemonSettings& to, Text text) {
          if (!text.empty()) static_cast<void>(find_group(std::string{text}));
          to.group = text;
        }},
    Row{{"process", "pidfile", "", "PATH", "Locked while the server runs; holds its process id.", restart},
        [](DaemonSettings& to, Text text) { to.pidfile = absolute_path(text); }},
};

constexpr std::array switches{
    Switch{'c', "config", "FILE", false, "Read FILE instead of /etc/echopool/echopoold.ini."},
    Switch{'t', "check-config", "", false, "Check the configuration, say what is wrong with it, and exit."},
    Switch{0, "dump-config", "template|manual", true,
           "Print the values in effect and where they come from as an INI file, and exit. template: the INI file with "
           "every default; manual: the manual's entries, for scdoc."},
    Switch{0, "daemon", "", false, "Detach from the terminal; the command returns when the server listens."},
    Switch{0, "inetd", "", false,
           "Serve the socket that is standard input: a connection, a listening socket or a UDP socket. Logs to syslog "
           "alone."},
    Switch{'V', "version", "", false, "Print the version and exit."},
    Switch{'h', "help", "", false, "Print this help and exit."},
};

OptionTable make_table() {
  OptionTable table{
      "echopoold",
      "The echo service (RFC 862): TCP and UDP, with a pool of threads. An option is given on the command "
      "line as --section.key=VALUE, in the environment as ECHOPOOLD_SECTION_KEY, or in the INI file as key "
      "= VALUE under [section]; the first of the three that says something wins. Times are written 250ms, "
      "30s, 5m, 1h or off, sizes 64K or 1M.",
      {switches.begin(), switches.end()},
      {sections.begin(), sections.end()},
      {}};
  for (const Row& row : rows) table.options.push_back(row.option);
  return table;
}

}  // namespace

const OptionTable& daemon_options() {
  static const OptionTable table = make_table();
  return table;
}

void apply_options(const std::vector<OptionValue>& values, DaemonSettings& settings, std::vector<Problem>& problems) {
  apply_values(rows, values, settings, problems);
}

const std::string_view ini_preface =
    "echopoold.ini: the configuration of echopoold(8)\n"
    "\n"
    "Every option is shown with its default. Remove the # in front of one to change it, check the result with "
    "'echopoold --check-config', and have a running server read it with SIGHUP ('systemctl reload echopoold').\n"
    "\n"
    "Times are written 250ms, 30s, 5m, 1h or off, sizes 64K or 1M. A # or ; at the start of a line or after white "
    "space "
    "begins a comment.\n";

}  // namespace echopool
