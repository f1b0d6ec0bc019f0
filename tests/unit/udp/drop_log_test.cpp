#include "udp/drop_log.hpp"

#include "printing.hpp"
#include "temporary_directory.hpp"

#include <echopool/log.hpp>

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <string>

using namespace echopool;
using namespace std::chrono_literals;

namespace {

const TimePoint start{1h};

UdpStats dropped(DropReason reason, std::uint64_t count) {
  UdpStats stats;
  stats.dropped[static_cast<std::size_t>(reason)] = count;
  return stats;
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_report_is_due_a_second_after_the_first_datagram_and_not_again_until_the_next) {
  DropLog log;
  BOOST_TEST(!log.due().has_value());
  log.expect(start);
  log.expect(start + 900ms);
  BOOST_TEST(log.due() == start + 1s);
  log.report({});
  BOOST_TEST(!log.due().has_value());
  log.expect(start + 5s);
  BOOST_TEST(log.due() == start + 6s);
}

BOOST_AUTO_TEST_CASE(each_report_says_what_was_added_since_the_last) {
  const test::TemporaryDirectory directory;
  LogSettings settings;
  settings.sinks = {LogSink::file};
  settings.file = directory / "log";
  {
    Logging logging{settings};
    DropLog log;
    log.report({});
    log.report(dropped(DropReason::kernel, 3));
    log.report(dropped(DropReason::kernel, 3));
    log.report(dropped(DropReason::kernel, 10));
    UdpStats two = dropped(DropReason::kernel, 11);
    two.dropped[static_cast<std::size_t>(DropReason::access)] = 1;
    log.report(two);
  }
  const std::string text = test::contents(settings.file);
  BOOST_TEST(test::count_of("datagrams dropped", text) == 4U);
  BOOST_TEST(test::count_of("datagrams dropped reason=kernel count=3\n", text) == 1U);
  BOOST_TEST(test::count_of("datagrams dropped reason=kernel count=7\n", text) == 1U);
  BOOST_TEST(test::count_of("datagrams dropped reason=kernel count=1\n", text) == 1U);
  BOOST_TEST(test::count_of("datagrams dropped reason=access count=1\n", text) == 1U);
}
