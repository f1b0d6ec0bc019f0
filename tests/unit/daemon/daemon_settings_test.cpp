#include "daemon_settings.hpp"

#include "daemon_options.hpp"
#include "printing.hpp"
#include "temporary_directory.hpp"

#include <boost/test/unit_test.hpp>

#include <fstream>

using namespace echopool;
using namespace echopool::test;

namespace {

const char* const no_environment[] = {nullptr};

Configuration load(std::vector<std::string> arguments, const std::filesystem::path& folder = "/") {
  return load_configuration({std::move(arguments), no_environment, folder});
}

std::string complaints(const Configuration& configuration) {
  std::string all;
  for (const Problem& problem : configuration.problems) all += problem.text + "\n";
  return all;
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_relative_file_is_relative_to_where_the_program_was_started) {
  const TemporaryDirectory folder;
  std::ofstream{folder / "a.ini"} << "[pool]\nworkers = 5\n";
  const Configuration configuration = load({"-c", "a.ini"}, std::filesystem::path{folder / "."});
  BOOST_TEST(complaints(configuration) == "");
  BOOST_TEST(configuration.settings.server.pool.workers == 5U);
  BOOST_TEST(configuration.location_of("pool", "workers").ends_with("/a.ini:2: pool.workers = 5"));
  BOOST_TEST(!configuration.is_default("pool", "workers"));
  BOOST_TEST(configuration.is_default("pool", "queue"));
}

BOOST_AUTO_TEST_CASE(the_mode_decides_which_sinks_are_used_unless_they_are_named) {
  using Sinks = std::vector<LogSink>;
  BOOST_TEST(load({"--inetd", "--log.sinks=stderr"}).settings.log.sinks == Sinks{LogSink::syslog});
  BOOST_TEST(load({"--daemon"}).settings.log.sinks == Sinks{LogSink::syslog});
  BOOST_TEST((load({"--daemon", "--log.file=/x"}).settings.log.sinks == Sinks{LogSink::syslog, LogSink::file}));
  BOOST_TEST(load({"--log.sinks=stderr"}).settings.log.sinks == Sinks{LogSink::standard_error});
}

BOOST_AUTO_TEST_CASE(two_modes_at_once_are_wrong_usage) {
  const Configuration configuration = load({"--daemon", "--inetd"});
  BOOST_REQUIRE(configuration.problems.size() == 1U);
  BOOST_TEST(configuration.problems[0].kind == Problem::Kind::usage);
}

BOOST_AUTO_TEST_CASE(a_server_that_listens_nowhere_is_refused_except_under_inetd) {
  BOOST_TEST(complaints(load({"--tcp.listen=", "--udp.listen="})) ==
             "tcp.listen and udp.listen are both empty; give one of them an address\n");
  BOOST_TEST(complaints(load({"--tcp.listen=", "--udp.listen=", "--inetd"})) == "");
}

BOOST_AUTO_TEST_CASE(what_only_the_framework_can_tell_is_cited_too) {
  const std::string wrong = complaints(load({"--log.facility=deamon", "--log.sinks=file"}));
  BOOST_TEST(wrong.find("--log.facility=deamon: ") == 0U);
  BOOST_TEST(wrong.find("\n--log.sinks=file: ") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(everything_that_is_wrong_anywhere_is_reported_in_one_go) {
  const TemporaryDirectory folder;
  const std::string file = folder / "a.ini";
  std::ofstream{file} << "[pool]\nworkers = -1\nwrkers = 2\n[tcp]\nbacklog = x\n";
  const char* const environment[] = {"ECHOPOOLD_UDP_BATCH=0", "ECHOPOOLD_UDP_BACH=1", nullptr};
  const Configuration configuration =
      load_configuration({{"-c", file, "--limits.connections=", "--nonsense"}, environment, "/"});
  BOOST_TEST(complaints(configuration) ==
             "unknown option --nonsense; --help lists what there is\n"
             "environment variable ECHOPOOLD_UDP_BACH is unknown; did you mean 'ECHOPOOLD_UDP_BATCH'?\n" +
                 file + ":3: unknown key 'wrkers' in [pool]; did you mean 'workers'?\n" + file +
                 ":5: tcp.backlog = x: must be a whole number from 1 to 65535\n"
                 "ECHOPOOLD_UDP_BATCH=0: must be a whole number from 1 to 1024\n" +
                 file +
                 ":2: pool.workers = -1: must be a whole number from 1 to 4096\n"
                 "--limits.connections=: must be a whole number from 1 to 10000000\n");
}
