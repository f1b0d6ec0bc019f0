#include "opts/socket_options_text.hpp"

#include <boost/test/unit_test.hpp>

#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>

using namespace echopool;
using namespace echopool::client;

namespace {

OptionReport fresh(const char* name, OptionReading reading) {
  OptionReport report;
  report.option = find_socket_option(name);
  BOOST_REQUIRE(report.option != nullptr);
  report.fresh = std::move(reading);
  return report;
}

bool contains(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

}  // namespace

BOOST_AUTO_TEST_CASE(each_layer_has_a_heading_and_each_option_its_value_and_meaning) {
  auto buffer = fresh("SO_RCVBUF", {.value = "131072", .number = 131'072});
  buffer.limit = "212992";
  const std::string text = socket_options_text(
      {buffer, fresh("IP_MTU", {.value = std::nullopt, .error = ENOTCONN}),
       fresh("IP_TTL", {.value = "64", .number = 64}), fresh("TCP_NODELAY", {.value = "off"}),
       fresh("TCP_INQ", {.value = std::nullopt, .error = ENOPROTOOPT}), fresh("TCP_CONGESTION", {.value = ""})},
      80);
  BOOST_TEST(text.starts_with("Every socket (SOL_SOCKET)\n  SO_RCVBUF                  131072 bytes\n"), text);
  BOOST_TEST(contains(text, "[bytes; net.core.rmem_max = 212992]\n\nIPv4 (IPPROTO_IP)\n"), text);
  BOOST_TEST(contains(text, "  IP_MTU                     (Transport endpoint is not connected)\n"), text);
  BOOST_TEST(contains(text, "  TCP_INQ                    (unknown to this kernel or kind of socket)\n"), text);
  BOOST_TEST(contains(text, "  TCP_CONGESTION             (none)\n"), text);
  BOOST_TEST(std::count(text.begin(), text.end(), ')') > 3);
}

BOOST_AUTO_TEST_CASE(a_wish_shows_what_was_asked_and_what_came_of_it) {
  auto granted = fresh("SO_RCVBUF", {.value = "131072", .number = 131'072});
  granted.asked = "1M";
  granted.granted = {.value = "425984", .number = 425'984};
  granted.granted_note = "twice the limit";
  auto refused = fresh("IP_TRANSPARENT", {.value = "off", .number = 0});
  refused.asked = "on";
  refused.refused = EPERM;
  const std::string text = socket_options_text({granted, refused}, 200);
  BOOST_TEST(contains(text, "131072 bytes, asked for 1M: granted 425984 bytes (twice the limit)\n"), text);
  BOOST_TEST(contains(text, "off, asked for on: refused (Operation not permitted)\n"), text);
  const std::string json = socket_options_json({granted, refused}).to_string();
  BOOST_TEST(contains(json, R"("default":131072,)"), json);
  BOOST_TEST(contains(json, R"("asked":"1M","granted":425984,"granted_note":"twice the limit","refused_errno":null)"),
             json);
  BOOST_TEST(contains(json, R"("default":false,)"), json);
  BOOST_TEST(contains(json, R"("granted":null,"granted_note":null,"refused_errno":1)"), json);
}

BOOST_AUTO_TEST_CASE(no_line_passes_the_width) {
  std::vector<OptionReport> reports;
  for (const SocketOption& option : socket_options()) reports.push_back(fresh(option.name.data(), {.value = "0"}));
  for (const std::size_t width : {50U, 80U, 120U}) {
    const std::string text = socket_options_text(reports, width);
    for (std::size_t at = 0; at < text.size();) {
      const auto end = text.find('\n', at);
      BOOST_TEST(end - at <= width, text.substr(at, end - at));
      at = end + 1;
    }
  }
}

BOOST_AUTO_TEST_CASE(options_without_a_name_are_told_by_number) {
  BOOST_TEST(unnamed_options_text({}) == "");
  BOOST_TEST(unnamed_options_text({{SOL_SOCKET, 85}, {IPPROTO_TCP, 47}}) ==
             "This kernel has options that this program does not know by name: socket 85, tcp 47.");
  BOOST_TEST(unnamed_options_json({{SOL_SOCKET, 85}}).to_string() == R"([{"level":"socket","number":85}])");
}
