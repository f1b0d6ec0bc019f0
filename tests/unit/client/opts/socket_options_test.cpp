#include "opts/socket_options.hpp"

#include "unique_fd.hpp"

#include <boost/test/unit_test.hpp>

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <cctype>
#include <set>

using namespace echopool;

BOOST_AUTO_TEST_CASE(each_option_stands_in_the_table_once_and_is_explained) {
  std::set<std::string_view> names;
  std::set<std::pair<int, int>> numbers;
  for (const SocketOption& option : socket_options()) {
    BOOST_TEST(names.insert(option.name).second, option.name << " stands there twice");
    BOOST_TEST(numbers.emplace(option.level, option.number).second, option.name << " has another one's number");
    BOOST_TEST(option.meaning.size() > 10U, option.name);
    BOOST_TEST(option.meaning.size() <= 110U, option.name << ": more than a line");
    BOOST_TEST(!option.meaning.ends_with('.'), option.name);
    BOOST_TEST(option.name.find('_') != std::string_view::npos, option.name);
    for (const char letter : option.name)
      BOOST_TEST((std::isupper(letter) || std::isdigit(letter) || letter == '_'), option.name);
  }
  BOOST_TEST(names.size() > 200U);
}

BOOST_AUTO_TEST_CASE(an_option_is_found_whatever_its_case_and_without_its_prefix) {
  const SocketOption* option = find_socket_option("SO_RCVBUF");
  BOOST_REQUIRE(option != nullptr);
  BOOST_TEST(option->number == SO_RCVBUF);
  BOOST_TEST(find_socket_option("so_rcvbuf") == option);
  BOOST_TEST(find_socket_option("rcvbuf") == option);
  BOOST_REQUIRE(find_socket_option("nodelay") != nullptr);
  BOOST_TEST(find_socket_option("nodelay")->number == TCP_NODELAY);
  BOOST_TEST(find_socket_option("RCVBU") == nullptr);
  BOOST_TEST(find_socket_option("") == nullptr);
}

BOOST_AUTO_TEST_CASE(levels_and_kinds_have_names) {
  std::set<std::string_view> levels;
  std::set<std::string_view> kinds;
  for (const SocketOption& option : socket_options()) {
    levels.insert(level_name(option.level));
    kinds.insert(kind_name(option.kind));
  }
  BOOST_TEST((levels == std::set<std::string_view>{"ip", "ipv6", "socket", "tcp", "udp"}));
  BOOST_TEST((kinds == std::set<std::string_view>{"action", "bytes", "cookie", "duration", "flag", "integer", "linger",
                                                  "milliseconds", "seconds", "structure", "text"}));
}

BOOST_AUTO_TEST_CASE(what_the_kernel_answers_to_is_in_the_table_or_is_told) {
  for (const int family : {AF_INET, AF_INET6}) {
    for (const int type : {SOCK_STREAM, SOCK_DGRAM}) {
      const UniqueFd socket{::socket(family, type | SOCK_CLOEXEC, 0)};
      if (!socket) continue;  // a machine without IPv6
      // A kernel newer than the table may have more; each is told by its number, and none that has a name.
      for (const UnnamedOption& unnamed : unnamed_socket_options(socket.get())) {
        BOOST_TEST_MESSAGE("no name for " << level_name(unnamed.level) << " " << unnamed.number);
        for (const SocketOption& option : socket_options())
          BOOST_TEST((option.level != unnamed.level || option.number != unnamed.number), option.name);
      }
    }
  }
}
