#include "logging/syslog_protocol.hpp"

#include <boost/test/unit_test.hpp>

#include <syslog.h>

using namespace echopool;

BOOST_AUTO_TEST_CASE(every_level_has_a_severity_of_its_own) {
  BOOST_TEST(syslog_severity(LogLevel::debug) == LOG_DEBUG);
  BOOST_TEST(syslog_severity(LogLevel::info) == LOG_INFO);
  BOOST_TEST(syslog_severity(LogLevel::notice) == LOG_NOTICE);
  BOOST_TEST(syslog_severity(LogLevel::warning) == LOG_WARNING);
  BOOST_TEST(syslog_severity(LogLevel::error) == LOG_ERR);
  BOOST_TEST(syslog_severity(LogLevel::critical) == LOG_CRIT);
}

BOOST_AUTO_TEST_CASE(facilities_are_known_by_their_names) {
  BOOST_TEST(syslog_facility("daemon").value() == 3 * 8);
  BOOST_TEST(syslog_facility("local7").value() == 23 * 8);
  BOOST_TEST(!syslog_facility("local8").has_value());
}

BOOST_AUTO_TEST_CASE(a_remote_is_split_into_host_and_port) {
  const auto is = [](std::string_view text, std::string_view host, unsigned port) {
    const auto parts = split_host_port(text);
    return parts && parts->host == host && parts->port == port;
  };
  BOOST_TEST(is("loghost.example:514", "loghost.example", 514));
  BOOST_TEST(is("192.0.2.1:65535", "192.0.2.1", 65535));
  BOOST_TEST(is("[2001:db8::1]:1", "2001:db8::1", 1));
}
