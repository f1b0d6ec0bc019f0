// The client speaks to any echo service, not to ours alone: socat and the super-server's built-in ones.
#include "eventually.hpp"
#include "faulty_datagram_echo.hpp"
#include "json_reader.hpp"
#include "program.hpp"
#include "temporary_directory.hpp"

#include <boost/test/unit_test.hpp>

#include <pwd.h>
#include <unistd.h>

#include <fstream>
#include <regex>

using namespace echopool;
using namespace echopool::test;

namespace {

ProgramResult client(std::vector<std::string> words, const std::string& input = {}) {
  words.insert(words.begin(), built_program("echopool"));
  return run_program(words, input);
}

/// Whether it is; if not, the test has nothing to show.
bool have(const char* program) {
  const bool found = is_installed(program);
  BOOST_WARN_MESSAGE(found, program << " is not installed");
  return found;
}

/// A port that was free a moment ago, for programs that cannot choose one themselves.
std::uint16_t free_port() { return FaultyDatagramEcho{}.endpoint().port(); }

std::string xinetd_service(std::uint16_t port, const char* type, const char* protocol, const char* wait) {
  return std::string{"service echo\n{\n id = echo-"} + type + "\n type = INTERNAL UNLISTED\n bind = 127.0.0.1\n" +
         " port = " + std::to_string(port) + "\n socket_type = " + type + "\n protocol = " + protocol +
         "\n wait = " + wait + "\n user = " + ::getpwuid(::getuid())->pw_name + "\n}\n";
}

void expect_sound_stream(const std::string& address) {
  const JsonReader ping{client({"ping", "-A", "-c", "20", "-J", address}).out};
  BOOST_TEST(ping.number("probes.on_time") == 20);
  const JsonReader load{client({"load", "-c", "4", "-n", "400", "-l", "1000", "-J", address}).out};
  BOOST_TEST(load.number("requests.answered") == 400);
  const JsonReader lesson{client({"deadlock", "--bytes", "100K", "-J", address}).out};
  BOOST_TEST(lesson.number("remedies.0.verified_bytes") == 100 << 10);
  BOOST_TEST(client({"check", address}).status == 0);
  const auto talk = client({"talk", "--verify", address}, std::string(200'000, 'x') + "\n");
  BOOST_TEST(talk.status == 0);
  BOOST_TEST(talk.out.size() == 200'001U);
}

void expect_sound_datagrams(const std::string& address) {
  // xinetd starts a process for each burst of datagrams and now and then loses one that comes as it ends.
  const JsonReader ping{client({"ping", "-u", "-i", "50ms", "-c", "10", "-J", address}).out};
  BOOST_TEST(ping.number("probes.on_time") == 10);
  BOOST_TEST(client({"check", "-u", address}).status == 0);
  BOOST_TEST(client({"talk", "-u", "--verify", address}, "one\n").out == "one\n");
}

}  // namespace

BOOST_AUTO_TEST_CASE(socat_echoes_a_stream) {
  if (!have("socat")) return;
  Program socat{{"socat", "-d", "-d", "TCP-LISTEN:0,bind=127.0.0.1,fork", "EXEC:cat"}};
  BOOST_REQUIRE(socat.prints("listening on AF=2 127.0.0.1:"));
  std::smatch port;
  BOOST_REQUIRE(std::regex_search(socat.so_far().err, port, std::regex{R"(127\.0\.0\.1:(\d+)\n)"}));
  expect_sound_stream("127.0.0.1:" + port[1].str());
}

BOOST_AUTO_TEST_CASE(xinetd_echoes_streams_and_datagrams) {
  if (!have("xinetd")) return;
  const TemporaryDirectory directory;
  // A port may be free for datagrams and still have the end of a connection on it: then the next one is tried.
  for (int attempt = 0; attempt < 20; ++attempt) {
    const std::uint16_t port = free_port();
    const std::string log = directory / ("log-" + std::to_string(attempt));
    std::ofstream{directory / "xinetd.conf"} << xinetd_service(port, "stream", "tcp", "no")
                                             << xinetd_service(port, "dgram", "udp", "yes");
    const Program xinetd{
        {"xinetd", "-dontfork", "-f", directory / "xinetd.conf", "-pidfile", directory / "pid", "-filelog", log}};
    BOOST_REQUIRE(eventually([&] {
      const std::string said = contents(log);
      return count_of("Started working:", said) + count_of("no services", said) > 0;
    }));
    if (count_of("Started working: 2 available services", contents(log)) == 0) continue;
    const std::string address = "127.0.0.1:" + std::to_string(port);
    expect_sound_stream(address);
    expect_sound_datagrams(address);
    return;
  }
  BOOST_TEST(false, "xinetd found no free port");
}
