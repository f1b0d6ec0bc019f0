// The wall clock is set, by hand or by NTP: no time limit, rate or pause may depend on it.
#include "daemon.hpp"
#include "disciplines.hpp"
#include "eventually.hpp"

#include <boost/test/unit_test.hpp>

#include <regex>
#include <set>

using namespace echopool;
using namespace echopool::test;

namespace {

ProgramSettings under_a_jumping_clock() {
  ProgramSettings settings;
  settings.environment["LD_PRELOAD"] = built_file("tests/support/libjumping-clock.so");
  settings.environment["ASAN_OPTIONS"] = "verify_asan_link_order=0";
  return settings;
}

/// What the first group of `pattern` matched, wherever it did.
std::vector<std::string> found(const std::string& log, const std::string& pattern) {
  const std::regex wanted{pattern};
  std::vector<std::string> all;
  for (std::sregex_iterator at{log.begin(), log.end(), wanted}, end; at != end; ++at) all.push_back((*at)[1]);
  return all;
}

}  // namespace

ECHOPOOL_TEST(a_wall_clock_that_jumps_ends_no_connection_early_and_spares_none) {
  Daemon daemon{{discipline_flag(idle), "--timeouts.idle=300ms", "--timeouts.session=1h", "--timeouts.message=1h",
                 "--timeouts.linger=100ms", "--limits.accept_rate=1000", "--udp.rate_per_source=1000"},
                under_a_jumping_clock()};
  Client silent{daemon.tcp()};
  Client talker{daemon.tcp()};
  do {
    talker.send("still here");
    BOOST_REQUIRE(talker.receive(10) == "still here");
  } while (!silent.has_input(20ms));
  BOOST_TEST(silent.ended_cleanly());
  for (int i = 0; i < 20; ++i) {
    BOOST_TEST(echoes_tcp(daemon.tcp()));
    BOOST_TEST(echoes_udp(daemon.udp()));
  }
  talker.finish_sending();
  BOOST_TEST(talker.receive_all() == "");
  BOOST_TEST(daemon.logs("reason=idle_timeout"));

  const ProgramResult result = daemon.stop();
  BOOST_TEST(result.status == 0);
  const auto years = found(result.err, "(20\\d\\d)-\\d\\d-\\d\\dT");
  BOOST_TEST(std::set<std::string>(years.begin(), years.end()).size() > 1U, "the clock did not jump:\n" << result.err);
  for (const std::string& duration : found(result.err, "duration_ms=(\\S+)")) {
    BOOST_TEST(duration.size() <= 5U, "a connection of " << duration << " ms");
    BOOST_TEST(duration.front() != '-');
  }
}
