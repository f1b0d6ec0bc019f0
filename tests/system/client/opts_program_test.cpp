// Tests: opts/
#include "json_reader.hpp"
#include "program.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>

using namespace echopool;
using namespace echopool::test;

namespace {

ProgramResult opts(std::vector<std::string> words) {
  words.insert(words.begin(), {built_program("echopool"), "opts"});
  return run_program(words);
}

bool contains(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

/// The position of an option in the JSON list; fails the test when it is not there.
std::string place(const JsonReader& json, const std::string& name) {
  for (std::size_t i = 0; i < json.size("socket_options"); ++i) {
    std::string path = "socket_options." + std::to_string(i);
    if (json.text(path + ".name") == name) return path;
  }
  BOOST_FAIL("no " << name);
  return "";
}

}  // namespace

BOOST_AUTO_TEST_CASE(all_options_of_each_kind_of_socket_are_listed) {
  const JsonReader tcp{opts({"-J"}).out};
  BOOST_TEST(tcp.text("schema") == "echopool/opts");
  BOOST_TEST(tcp.text("transport") == "tcp");
  BOOST_TEST(tcp.text("family") == "ipv4");
  BOOST_TEST(tcp.size("socket_options") > 100U);
  BOOST_TEST(tcp.boolean(place(tcp, "TCP_NODELAY") + ".default") == false);
  BOOST_TEST(tcp.number(place(tcp, "SO_RCVBUF") + ".default") > 0);
  BOOST_TEST(tcp.text(place(tcp, "SO_RCVBUF") + ".limit_sysctl") == "net.core.rmem_max");
  BOOST_TEST(std::stoll(tcp.text(place(tcp, "SO_RCVBUF") + ".limit")) > 0);
  const JsonReader udp{opts({"-u", "-6", "-J"}).out};
  BOOST_TEST(udp.text("transport") == "udp");
  BOOST_TEST(udp.text("family") == "ipv6");
  BOOST_TEST(udp.number(place(udp, "UDP_SEGMENT") + ".default") == 0);
  BOOST_TEST(udp.has(place(udp, "IPV6_V6ONLY") + ".meaning"));
  BOOST_TEST(!contains(opts({"-u"}).out, "TCP_NODELAY"));
  BOOST_TEST(contains(opts({}).out, "TCP_NODELAY"));
}

BOOST_AUTO_TEST_CASE(a_wish_is_answered_with_what_was_granted) {
  const auto result = opts({"--set", "so_rcvbuf=64K", "--set", "IP_TTL=9"});
  BOOST_TEST(result.status == 0);
  BOOST_TEST(contains(result.out, "asked for 64K: granted 131072 bytes"), result.out);
  BOOST_TEST(contains(result.out, "64, asked for 9: granted 9 (as asked)"), result.out);
  BOOST_TEST(!contains(result.out, "SO_SNDBUF"));
  const JsonReader json{opts({"--set", "SO_RCVBUF=64K", "-J"}).out};
  BOOST_TEST(json.size("socket_options") == 1U);
  BOOST_TEST(json.text("socket_options.0.asked") == "64K");
  BOOST_TEST(json.number("socket_options.0.granted") == 131'072);
  BOOST_TEST(json.is_null("socket_options.0.refused_errno"));
}

BOOST_AUTO_TEST_CASE(the_same_option_may_be_wished_for_twice_and_the_last_wish_counts) {
  const JsonReader json{opts({"--set", "IP_TTL=9", "--set", "IP_TTL=10", "-J"}).out};
  BOOST_TEST(json.size("socket_options") == 1U);
  BOOST_TEST(json.number("socket_options.0.granted") == 10);
}

BOOST_AUTO_TEST_CASE(a_wish_that_the_kernel_refuses_is_told_and_fails) {
  const auto result = opts({"--set", "IP_TTL=900"});
  BOOST_TEST(result.status == 1);
  BOOST_TEST(contains(result.out, "asked for 900: refused (Invalid argument)"), result.out);
  const JsonReader json{opts({"-u", "--set", "TCP_NODELAY=on", "-J"}).out};
  BOOST_TEST(json.is_null("socket_options.0.granted"));
  BOOST_TEST(json.number("socket_options.0.refused_errno") > 0);
  BOOST_TEST(json.number("exit_status") == 1);
}

BOOST_AUTO_TEST_CASE(words_choose_by_name_and_meaning) {
  const auto keepalive = opts({"KeepAlive"});
  BOOST_TEST(keepalive.status == 0);
  for (const char* name : {"SO_KEEPALIVE", "TCP_KEEPIDLE", "TCP_KEEPINTVL"})
    BOOST_TEST(contains(keepalive.out, name), keepalive.out);
  BOOST_TEST(!contains(keepalive.out, "TCP_NODELAY"));
  const JsonReader one{opts({"so_rcvbuf", "-J"}).out};
  BOOST_TEST(one.size("socket_options") == 1U);
  const auto nothing = opts({"nothing-like-it", "-J"});
  BOOST_TEST(nothing.status == 1);
  BOOST_TEST(contains(nothing.err, "no option of this kind of socket matches"));
  BOOST_TEST(contains(JsonReader{nothing.out}.text("error.message"), "matches"));
}

BOOST_AUTO_TEST_CASE(a_wish_that_makes_no_sense_is_explained) {
  const auto unknown = opts({"--set", "SO_RCVBUFF=1"});
  BOOST_TEST(unknown.status == 2);
  BOOST_TEST(contains(unknown.err, "there is no socket option 'SO_RCVBUFF'; did you mean 'SO_RCVBUF'?"), unknown.err);
  BOOST_TEST(contains(opts({"--set", "SO_RCVBUF"}).err, "write NAME=VALUE, as in SO_RCVBUF=64K"));
  BOOST_TEST(contains(opts({"--set", "SO_RCVBUF=much"}).err, "SO_RCVBUF takes a size: 65536, 64K, 1M"));
  BOOST_TEST(contains(opts({"--set", "TCP_INFO=1"}).err, "takes a structure, which only a program can make"));
  BOOST_TEST(opts({"--set", "SO_RCVBUF=much"}).status == 2);
  BOOST_TEST(opts({"-4", "-6"}).status == 2);
}
