#include "echo_service.hpp"

#include "private_network.hpp"

#include <boost/test/unit_test.hpp>

#include <fstream>

using namespace echopool;
using namespace echopool::test;
namespace utf = boost::unit_test;

namespace {

const char* const no_environment[] = {nullptr};

Configuration configured(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), {"-c", "/dev/null"});
  Configuration configuration = load_configuration({std::move(arguments), no_environment, "/"});
  BOOST_REQUIRE(configuration.problems.empty());
  return configuration;
}

/// A network of our own, in which nothing is in the way of the standard port.
void without_ipv6() {
  enter_private_network();
  std::ofstream{"/proc/sys/net/ipv6/conf/all/disable_ipv6"} << "1\n";
}

std::string complaint(const Configuration& configuration) {
  Server server{configuration.settings.server};
  try {
    static_cast<void>(serve_echo(server, configuration, {}));
  } catch (const StartError& error) {
    return error.what();
  }
  return "accepted";
}

}  // namespace

BOOST_AUTO_TEST_CASE(without_ipv6_the_defaults_are_served_on_ipv4, *utf::precondition(private_network_permitted)) {
  without_ipv6();
  const Configuration configuration = configured({});
  Server server{configuration.settings.server};
  const auto skipped = serve_echo(server, configuration, {});
  BOOST_REQUIRE(skipped.size() == 2U);
  for (const SkippedListener& each : skipped) BOOST_TEST(each.address.to_string() == "[::1]:51423");
  BOOST_REQUIRE(server.endpoints().size() == 2U);
  for (const Endpoint& each : server.endpoints()) BOOST_TEST(each.to_string() == "127.0.0.1:51423");
}

BOOST_AUTO_TEST_CASE(an_ipv6_address_that_was_asked_for_is_not_left_out,
                     *utf::precondition(private_network_permitted)) {
  without_ipv6();
  BOOST_TEST(complaint(configured({"--tcp.listen=127.0.0.1:7, [::1]:7"}))
                 .starts_with("--tcp.listen=127.0.0.1:7, [::1]:7: cannot bind TCP [::1]:7: Cannot assign requested"));
  BOOST_TEST(
      complaint(configured({"--udp.listen=[::1]:7"})).starts_with("--udp.listen=[::1]:7: cannot bind UDP [::1]:7: "));
}

BOOST_AUTO_TEST_CASE(a_port_that_is_taken_is_said_with_who_has_it, *utf::precondition(private_network_permitted)) {
  enter_private_network();
  const Configuration configuration = configured({});
  Server first{configuration.settings.server};
  static_cast<void>(serve_echo(first, configuration, {}));
  BOOST_TEST(complaint(configured({"--tcp.listen="}))
                 .starts_with("cannot bind UDP 127.0.0.1:51423: Address already in use by echo_service_te (pid "));
  first.start();
  BOOST_TEST(complaint(configured({"--udp.listen="}))
                 .starts_with("cannot bind TCP 127.0.0.1:51423: Address already in use by echo_service_te (pid "));
}

BOOST_AUTO_TEST_CASE(two_servers_bound_at_once_are_told_apart_when_they_start,
                     *utf::precondition(private_network_permitted)) {
  enter_private_network();
  const Configuration configuration = configured({"--udp.listen="});
  Server first{configuration.settings.server};
  Server second{configuration.settings.server};
  static_cast<void>(serve_echo(first, configuration, {}));
  static_cast<void>(serve_echo(second, configuration, {}));
  start_echo(first, configuration);
  // With SO_REUSEADDR both could be bound as long as neither listened.
  BOOST_CHECK_EXCEPTION(start_echo(second, configuration), StartError, [](const StartError& error) {
    return std::string_view{error.what()}.starts_with(
        "cannot listen on TCP 127.0.0.1:51423: Address already in use by echo_service_te (pid ");
  });
}
