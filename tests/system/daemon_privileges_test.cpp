// echopoold started as root: it binds what only root may bind, and is another user before anything can reach it.
#include "daemon.hpp"
#include "disciplines.hpp"
#include "private_network.hpp"
#include "temporary_directory.hpp"

#include <boost/test/unit_test.hpp>

#include <pwd.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>
#include <sstream>

using namespace echopool;
using namespace echopool::test;
namespace utf = boost::unit_test;

namespace {

boost::test_tools::assertion_result as_root(utf::test_unit_id unit) {
  if (::geteuid() == 0) return private_network_permitted(unit);
  boost::test_tools::assertion_result result{false};
  result.message() << "needs root";
  return result;
}

/// The fields of a line of /proc/PID/status, separated by single spaces.
std::string status_line(pid_t pid, const std::string& key) {
  std::ifstream file{"/proc/" + std::to_string(pid) + "/status"};
  for (std::string line; std::getline(file, line);) {
    if (!line.starts_with(key + ":")) continue;
    std::istringstream fields{line.substr(key.size() + 1)};
    std::string all;
    for (std::string field; fields >> field;) all += (all.empty() ? "" : " ") + field;
    return all;
  }
  return "no such line";
}

void serve_as_nobody(IdleConnections idle) {
  enter_private_network();
  const passwd* nobody = ::getpwnam("nobody");
  const std::string id = std::to_string(nobody->pw_uid);
  const std::string group = std::to_string(nobody->pw_gid);
  Program program{{built_program("echopoold"), "--tcp.listen=127.0.0.1:7", "--udp.listen=127.0.0.1:7",
                   "--process.user=nobody", "--log.sinks=stderr", discipline_flag(idle)}};
  BOOST_TEST(program.prints("listening transport=udp"));
  BOOST_TEST(status_line(program.pid(), "Uid") == id + " " + id + " " + id + " " + id);
  BOOST_TEST(status_line(program.pid(), "Gid") == group + " " + group + " " + group + " " + group);
  BOOST_TEST(status_line(program.pid(), "Groups") == group);
  BOOST_TEST(status_line(program.pid(), "CapPrm") == "0000000000000000");
  BOOST_TEST(status_line(program.pid(), "NoNewPrivs") == "1");
  BOOST_TEST(echoes_tcp(Endpoint::parse("127.0.0.1:7")));
  BOOST_TEST(echoes_udp(Endpoint::parse("127.0.0.1:7")));
  program.signal(SIGTERM);
  BOOST_TEST(program.finish().status == 0);
}

}  // namespace

BOOST_AUTO_TEST_CASE(root_binds_port_7_and_serves_it_as_nobody_parked, *utf::precondition(as_root)) {
  serve_as_nobody(IdleConnections::park);
}

BOOST_AUTO_TEST_CASE(root_binds_port_7_and_serves_it_as_nobody_held, *utf::precondition(as_root)) {
  serve_as_nobody(IdleConnections::hold);
}

BOOST_AUTO_TEST_CASE(a_log_file_belongs_to_the_user_it_is_written_by, *utf::precondition(as_root)) {
  const TemporaryDirectory folder;
  const passwd* nobody = ::getpwnam("nobody");
  BOOST_REQUIRE(::chown((folder / "").c_str(), nobody->pw_uid, nobody->pw_gid) == 0);
  Program program{{built_program("echopoold"), "--tcp.listen=127.0.0.1:0", "--udp.listen=", "--process.user=nobody",
                   "--log.sinks=stderr,file", "--log.file=" + (folder / "log")}};
  BOOST_TEST(program.prints("listening"));
  struct stat file {};
  BOOST_REQUIRE(::stat((folder / "log").c_str(), &file) == 0);
  BOOST_TEST(file.st_uid == nobody->pw_uid);
  program.signal(SIGTERM);
  BOOST_TEST(program.finish().status == 0);
}

BOOST_AUTO_TEST_CASE(a_user_who_does_not_exist_is_a_wrong_value) {
  const ProgramResult result = run_daemon({"--process.user=no-such-user"});
  BOOST_TEST(result.status == 78);
  BOOST_TEST(result.err ==
             "echopoold: --process.user=no-such-user: must be a user of this host (getent passwd lists them)\n");
}
