#include "daemon_options.hpp"

#include "options/option_text.hpp"
#include "printing.hpp"
#include "program.hpp"
#include "temporary_directory.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <cstdint>
#include <functional>
#include <sstream>

using namespace echopool;

namespace {

/// Every key there is. A new one is written here, in docs/architecture.md and in etc/echopoold.ini.
const std::vector<std::string> all_keys{"tcp.listen",
                                        "tcp.backlog",
                                        "udp.listen",
                                        "udp.rate_per_source",
                                        "udp.rate_total",
                                        "udp.batch",
                                        "pool.workers",
                                        "pool.idle",
                                        "pool.stack_size",
                                        "pool.queue",
                                        "pool.queue_timeout",
                                        "pool.overflow",
                                        "timeouts.idle",
                                        "timeouts.receive",
                                        "timeouts.message",
                                        "timeouts.send",
                                        "timeouts.session",
                                        "timeouts.linger",
                                        "timeouts.drain",
                                        "limits.connections",
                                        "limits.per_source",
                                        "limits.accept_rate",
                                        "limits.output",
                                        "limits.output_total",
                                        "limits.input",
                                        "access.allow",
                                        "access.deny",
                                        "socket.reuse_address",
                                        "socket.reuse_port",
                                        "socket.keepalive",
                                        "socket.nodelay",
                                        "socket.user_timeout",
                                        "socket.receive_buffer",
                                        "socket.send_buffer",
                                        "log.sinks",
                                        "log.level",
                                        "log.facility",
                                        "log.ident",
                                        "log.remote",
                                        "log.file",
                                        "log.file_rotate",
                                        "log.connections",
                                        "log.traceback",
                                        "process.user",
                                        "process.group",
                                        "process.pidfile"};

std::vector<OptionValue> standard_values() {
  std::vector<OptionValue> values;
  for (const Option& option : daemon_options().options)
    values.push_back({std::string{option.default_value}, Origin::default_value, "default"});
  return values;
}

/// What comes of `name = text`; everything else has its default.
struct Applied {
  DaemonSettings settings;
  std::string problem;
};

Applied apply(const std::string& name, const std::string& text) {
  auto values = standard_values();
  const auto dot = name.find('.');
  values.at(daemon_options().find(name.substr(0, dot), name.substr(dot + 1))) = {text, Origin::file, "f:1"};
  Applied result;
  std::vector<Problem> problems;
  apply_options(values, result.settings, problems);
  for (const Problem& problem : problems) result.problem += problem.text + "\n";
  return result;
}

std::string complaint(const std::string& name, const std::string& text) {
  const std::string head = "f:1: " + name + " = " + text + ": ";
  const std::string problem = apply(name, text).problem;
  if (!problem.starts_with(head)) return "[" + problem + "]";
  return problem.substr(head.size(), problem.size() - head.size() - 1);
}

DaemonSettings applied(const std::string& name, const std::string& text) {
  Applied result = apply(name, text);
  BOOST_TEST(result.problem == "");
  return std::move(result.settings);
}

}  // namespace

BOOST_AUTO_TEST_CASE(the_table_has_every_key_and_no_other) {
  std::vector<std::string> keys;
  for (const Option& option : daemon_options().options) keys.push_back(option.name());
  BOOST_TEST(keys == all_keys, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(the_shipped_file_is_what_the_table_says) {
  BOOST_TEST(test::contents(test::source_file("etc/echopoold.ini")) == ini_template(daemon_options(), ini_preface));
}

BOOST_AUTO_TEST_CASE(every_option_is_in_the_help_and_the_manual) {
  const std::string help = help_text(daemon_options());
  const std::string manual = manual_entries(daemon_options());
  for (const Option& option : daemon_options().options) {
    BOOST_TEST(help.find("  " + option.flag() + "=") != std::string::npos, option.name());
    BOOST_TEST(manual.find("*" + std::string{option.key} + "* = ") != std::string::npos, option.name());
    BOOST_TEST(!option.help.empty());
  }
}

BOOST_AUTO_TEST_CASE(help_and_file_fit_100_columns) {
  for (const std::string& text : {help_text(daemon_options()), ini_template(daemon_options(), ini_preface)}) {
    std::istringstream lines{text};
    for (std::string line; std::getline(lines, line);) BOOST_TEST(line.size() <= 100U, line);
  }
}

BOOST_AUTO_TEST_CASE(every_default_is_accepted_and_is_the_frameworks_own) {
  DaemonSettings settings;
  std::vector<Problem> problems;
  apply_options(standard_values(), settings, problems);
  BOOST_TEST(problems.empty());
  const ServerSettings server;
  const ServerSettings& ours = settings.server;
  BOOST_TEST(ours.pool.workers == server.pool.workers);
  BOOST_TEST(ours.pool.idle == server.pool.idle);
  BOOST_TEST(ours.pool.stack_size == server.pool.stack_size);
  BOOST_TEST(ours.pool.queue == server.pool.queue);
  BOOST_TEST(ours.pool.queue_timeout == server.pool.queue_timeout);
  BOOST_TEST(ours.pool.overflow == server.pool.overflow);
  BOOST_TEST(ours.timeouts.idle == server.timeouts.idle);
  BOOST_TEST(ours.timeouts.receive == server.timeouts.receive);
  BOOST_TEST(ours.timeouts.message == server.timeouts.message);
  BOOST_TEST(ours.timeouts.send == server.timeouts.send);
  BOOST_TEST(ours.timeouts.session == server.timeouts.session);
  BOOST_TEST(ours.timeouts.linger == server.timeouts.linger);
  BOOST_TEST(ours.timeouts.drain == server.timeouts.drain);
  BOOST_TEST(ours.limits.connections == server.limits.connections);
  BOOST_TEST(ours.limits.per_source == server.limits.per_source);
  BOOST_TEST(ours.limits.accept_rate == server.limits.accept_rate);
  BOOST_TEST(ours.limits.output.bytes() == server.limits.output.bytes());
  BOOST_TEST(ours.limits.output_total.bytes() == server.limits.output_total.bytes());
  BOOST_TEST(ours.limits.input.bytes() == server.limits.input.bytes());
  BOOST_TEST(ours.socket.backlog == server.socket.backlog);
  BOOST_TEST(ours.socket.reuse_address == server.socket.reuse_address);
  BOOST_TEST(ours.socket.reuse_port == server.socket.reuse_port);
  BOOST_TEST(ours.socket.keepalive == server.socket.keepalive);
  BOOST_TEST(ours.socket.nodelay == server.socket.nodelay);
  BOOST_TEST(ours.socket.user_timeout == server.socket.user_timeout);
  BOOST_TEST(ours.socket.receive_buffer == server.socket.receive_buffer);
  BOOST_TEST(ours.socket.send_buffer == server.socket.send_buffer);
  BOOST_TEST(ours.udp.rate_per_source == server.udp.rate_per_source);
  BOOST_TEST(ours.udp.rate_total == server.udp.rate_total);
  BOOST_TEST(ours.udp.batch == server.udp.batch);
  BOOST_TEST(ours.validate().empty());
  const LogSettings log;
  BOOST_TEST(settings.log.level == log.level);
  BOOST_TEST(settings.log.facility == log.facility);
  BOOST_TEST(settings.log.ident == "echopoold");
  BOOST_TEST(settings.log.file_rotate == log.file_rotate);
  BOOST_TEST(settings.log.connections == log.connections);
  BOOST_TEST(settings.log.traceback == log.traceback);
}

BOOST_AUTO_TEST_CASE(every_key_reaches_its_member) {
  BOOST_TEST(applied("tcp.listen", "*:7, [::1]:8").tcp_listen.at(1).to_string() == "[::1]:8");
  BOOST_TEST(applied("tcp.listen", "").tcp_listen.empty());
  BOOST_TEST(applied("tcp.backlog", "9").server.socket.backlog == 9);
  BOOST_TEST(applied("udp.listen", "127.0.0.1:9").udp_listen.at(0).port() == 9);
  BOOST_TEST(applied("udp.rate_per_source", "5").server.udp.rate_per_source.value_or(0) == 5U);
  BOOST_TEST(!applied("udp.rate_total", "off").server.udp.rate_total.has_value());
  BOOST_TEST(applied("udp.batch", "1024").server.udp.batch == 1024U);
  BOOST_TEST(applied("pool.workers", "4096").server.pool.workers == 4096U);
  BOOST_TEST(applied("pool.idle", "hold").server.pool.idle == IdleConnections::hold);
  BOOST_TEST(applied("pool.stack_size", "1M").server.pool.stack_size == 1_MiB);
  BOOST_TEST(applied("pool.queue", "1").server.pool.queue == 1U);
  BOOST_TEST(applied("pool.queue_timeout", "1m").server.pool.queue_timeout == Timeout{1min});
  BOOST_TEST(applied("pool.overflow", "evict").server.pool.overflow == Overflow::evict);
  BOOST_TEST(applied("pool.overflow", "refuse").server.pool.overflow == Overflow::refuse);
  BOOST_TEST(applied("timeouts.idle", "off").server.timeouts.idle == Timeout{});
  BOOST_TEST(applied("timeouts.receive", "1ms").server.timeouts.receive == Timeout{1ms});
  BOOST_TEST(applied("timeouts.message", "2s").server.timeouts.message == Timeout{2s});
  BOOST_TEST(applied("timeouts.send", "3m").server.timeouts.send == Timeout{3min});
  BOOST_TEST(applied("timeouts.session", "4h").server.timeouts.session == Timeout{4h});
  BOOST_TEST(applied("timeouts.linger", "5s").server.timeouts.linger == Timeout{5s});
  BOOST_TEST(applied("timeouts.drain", "0s").server.timeouts.drain == 0ms);
  BOOST_TEST(applied("limits.connections", "7").server.limits.connections == 7U);
  BOOST_TEST(applied("limits.per_source", "8").server.limits.per_source.value_or(0) == 8U);
  BOOST_TEST(applied("limits.accept_rate", "9").server.limits.accept_rate.value_or(0) == 9U);
  BOOST_TEST(applied("limits.output", "1M").server.limits.output == 1_MiB);
  BOOST_TEST(applied("limits.output_total", "2G").server.limits.output_total == 2048_MiB);
  BOOST_TEST(applied("limits.input", "2G").server.limits.input == 2048_MiB);
  BOOST_TEST(applied("access.allow", "::1, 10.0.0.0/8").server.access.allow.at(1) == "10.0.0.0/8");
  BOOST_TEST(applied("access.deny", "10.0.0.1").server.access.deny.at(0) == "10.0.0.1");
  BOOST_TEST(!applied("socket.reuse_address", "off").server.socket.reuse_address);
  BOOST_TEST(applied("socket.reuse_port", "on").server.socket.reuse_port);
  BOOST_TEST(!applied("socket.keepalive", "off").server.socket.keepalive);
  BOOST_TEST(!applied("socket.nodelay", "off").server.socket.nodelay);
  BOOST_TEST(applied("socket.user_timeout", "30s").server.socket.user_timeout == Timeout{30s});
  BOOST_TEST(applied("socket.receive_buffer", "64K").server.socket.receive_buffer == std::optional{64_KiB});
  BOOST_TEST(applied("socket.send_buffer", "1G").server.socket.send_buffer == std::optional{1024_MiB});
  BOOST_TEST(
      (applied("log.sinks", "file,stderr").log.sinks == std::vector<LogSink>{LogSink::file, LogSink::standard_error}));
  BOOST_TEST(applied("log.level", "debug").log.level == LogLevel::debug);
  BOOST_TEST(applied("log.facility", "local3").log.facility == "local3");
  BOOST_TEST(applied("log.ident", "other").log.ident == "other");
  BOOST_TEST(applied("log.remote", "loghost:514").log.remote.value_or("") == "loghost:514");
  BOOST_TEST(applied("log.file", "/var/log/x").log.file == "/var/log/x");
  BOOST_TEST(applied("log.file_rotate", "4K").log.file_rotate == 4_KiB);
  BOOST_TEST(!applied("log.connections", "off").log.connections);
  BOOST_TEST(applied("log.traceback", "on").log.traceback);
  BOOST_TEST(applied("process.user", "root").user == "root");
  BOOST_TEST(applied("process.group", "0").group == "0");
  BOOST_TEST(applied("process.pidfile", "/run/x.pid").pidfile == "/run/x.pid");
}

BOOST_AUTO_TEST_CASE(the_ranges_are_those_of_the_framework) {
  using Set = std::function<void(ServerSettings&, std::int64_t)>;
  using std::chrono::milliseconds;
  struct Range {
    std::string option;
    std::string unit;
    std::int64_t least;
    std::int64_t most;
    Set set;
  };
  constexpr std::int64_t year = 365LL * 24 * 3'600'000;
  const std::vector<Range> ranges{
      {"tcp.backlog", "", 1, 65'535, [](auto& to, auto value) { to.socket.backlog = static_cast<int>(value); }},
      {"udp.batch", "", 1, 1024, [](auto& to, auto value) { to.udp.batch = static_cast<std::size_t>(value); }},
      {"pool.workers", "", 1, 4096, [](auto& to, auto value) { to.pool.workers = static_cast<std::size_t>(value); }},
      {"pool.stack_size", "", 128 << 10, 1 << 30,
       [](auto& to, auto value) { to.pool.stack_size = ByteSize{static_cast<std::size_t>(value)}; }},
      {"pool.queue_timeout", "ms", 1, year, [](auto& to, auto value) { to.pool.queue_timeout = milliseconds{value}; }},
      {"timeouts.idle", "ms", 1, year, [](auto& to, auto value) { to.timeouts.idle = milliseconds{value}; }},
      {"timeouts.receive", "ms", 1, year, [](auto& to, auto value) { to.timeouts.receive = milliseconds{value}; }},
      {"timeouts.message", "ms", 1, year, [](auto& to, auto value) { to.timeouts.message = milliseconds{value}; }},
      {"timeouts.send", "ms", 1, year, [](auto& to, auto value) { to.timeouts.send = milliseconds{value}; }},
      {"timeouts.session", "ms", 1, year, [](auto& to, auto value) { to.timeouts.session = milliseconds{value}; }},
      {"timeouts.linger", "ms", 1, year, [](auto& to, auto value) { to.timeouts.linger = milliseconds{value}; }},
      {"timeouts.drain", "ms", 0, year, [](auto& to, auto value) { to.timeouts.drain = milliseconds{value}; }},
      {"limits.connections", "", 1, 10'000'000,
       [](auto& to, auto value) { to.limits.connections = static_cast<std::size_t>(value); }},
      {"limits.output", "", 0, 1 << 30,
       [](auto& to, auto value) {
         to.limits.output = to.limits.output_total = ByteSize{static_cast<std::uint64_t>(value)};
       }},
      {"limits.input", "", 64 * 1024, std::int64_t{1} << 40,
       [](auto& to, auto value) { to.limits.input = ByteSize{static_cast<std::uint64_t>(value)}; }},
      {"limits.output_total", "", 0, std::int64_t{1} << 40,
       [](auto& to, auto value) {
         to.limits.output = 0_B;
         to.limits.output_total = ByteSize{static_cast<std::uint64_t>(value)};
       }},
      {"socket.user_timeout", "ms", 1, year,
       [](auto& to, auto value) { to.socket.user_timeout = milliseconds{value}; }},
  };
  for (const Range& range : ranges) {
    const auto framework_accepts = [&range](std::int64_t value) {
      ServerSettings settings;
      range.set(settings, value);
      return settings.validate().empty();
    };
    BOOST_TEST_CONTEXT(range.option) {
      for (const std::int64_t value : {range.least, range.most}) {
        const std::string text = std::to_string(value) + range.unit;
        BOOST_TEST(apply(range.option, text).problem == "");
        BOOST_TEST(framework_accepts(value));
      }
      for (const std::int64_t value : {range.least - 1, range.most + 1}) {
        const std::string text = std::to_string(value) + range.unit;
        BOOST_TEST(apply(range.option, text).problem != "");
        BOOST_TEST(!framework_accepts(value));
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(what_would_be_right_is_said_of_every_wrong_value) {
  BOOST_TEST(complaint("tcp.listen", "127.0.0.1:70000") ==
             "'127.0.0.1:70000': the port must be a number from 0 to 65535");
  BOOST_TEST(complaint("udp.listen", "127.0.0.1:7,") == "must be a list with something on each side of every comma");
  BOOST_TEST(complaint("tcp.listen", "*:7, *:7") == "'*:7' is there twice");
  BOOST_TEST(complaint("tcp.backlog", "0") == "must be a whole number from 1 to 65535");
  BOOST_TEST(complaint("pool.workers", "-1") == "must be a whole number from 1 to 4096");
  BOOST_TEST(complaint("pool.workers", "4097") == "must be a whole number from 1 to 4096");
  BOOST_TEST(complaint("pool.idle", "parked") == "must be one of park, hold");
  BOOST_TEST(complaint("pool.idle", "prk") == "must be one of park, hold; did you mean 'park'?");
  BOOST_TEST(complaint("pool.stack_size", "64K") == "must be a size from 128K to 1G in bytes, K, M or G");
  BOOST_TEST(complaint("timeouts.idle", "30") ==
             "must be a duration from 1ms to 8760h with its unit (ms, s, m or h), such as 30s, or off");
  BOOST_TEST(complaint("timeouts.linger", "off") == "must be a duration from 1ms to 8760h");
  BOOST_TEST(complaint("limits.per_source", "0") == "must be a whole number from 1 to 10000000, or off");
  BOOST_TEST(complaint("socket.nodelay", "yes") == "must be on or off");
  BOOST_TEST(complaint("log.sinks", "syslog,stdout") == "must be one of syslog, stderr, file");
  BOOST_TEST(complaint("log.level", "warn") == "must be one of debug, info, notice, warning, error, critical");
  BOOST_TEST(complaint("log.file", "x.log") == "must be an absolute path: it begins with /");
  BOOST_TEST(complaint("process.user", "no such") == "must be a user of this host (getent passwd lists them)");
  BOOST_TEST(complaint("process.group", "no such") == "must be a group of this host (getent group lists them)");
}

BOOST_AUTO_TEST_CASE(all_that_is_wrong_in_a_list_is_named) {
  BOOST_TEST(complaint("access.deny", "10.0.0.0/33, ::1, x") ==
             "'10.0.0.0/33' needs a prefix length from 0 to 32; 'x' is not an address block; write 192.0.2.0/24, "
             "2001:db8::/32 or one address without a port");
}
