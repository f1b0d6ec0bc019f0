#include "privileges.hpp"

#include "temporary_directory.hpp"

#include <echopool/error.hpp>

#include <boost/test/unit_test.hpp>

#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <functional>
#include <stdexcept>

using namespace echopool;
using namespace echopool::test;
namespace utf = boost::unit_test;

namespace {

boost::test_tools::assertion_result as_root(utf::test_unit_id /*unit*/) {
  boost::test_tools::assertion_result result{::geteuid() == 0};
  result.message() << "needs root";
  return result;
}

/// What `body` returns in a process of its own.
std::string in_child(const std::function<std::string()>& body) {
  std::array<int, 2> ends{};
  if (::pipe(ends.data()) != 0) return "no pipe";
  const pid_t child = ::fork();
  if (child == 0) {
    std::string text;
    try {
      text = body();
    } catch (const std::exception& error) {
      text = error.what();
    }
    [[maybe_unused]] const auto written = ::write(ends[1], text.data(), text.size());
    ::_exit(0);
  }
  ::close(ends[1]);
  std::string text;
  std::array<char, 4096> block{};
  for (ssize_t size = 0; (size = ::read(ends[0], block.data(), block.size())) > 0;)
    text.append(block.data(), static_cast<std::size_t>(size));
  ::close(ends[0]);
  ::waitpid(child, nullptr, 0);
  return text;
}

/// A line of /proc/self/status, its white space made single.
std::string status_line(const std::string& key) {
  const std::string all = "\n" + contents("/proc/self/status");
  const auto begin = all.find("\n" + key + ":") + 1;
  std::string line;
  for (const char c : all.substr(begin, all.find('\n', begin) - begin))
    if (c != '\t' && c != ' ')
      line += c;
    else if (!line.ends_with(' '))
      line += ' ';
  while (line.ends_with(' ')) line.pop_back();
  return line;
}

std::string complaint(const std::function<void()>& call) {
  try {
    call();
  } catch (const std::exception& error) {
    return error.what();
  }
  return "accepted";
}

}  // namespace

BOOST_AUTO_TEST_CASE(users_and_groups_are_found_by_name_and_by_number) {
  BOOST_TEST(find_user("root").id == 0U);
  BOOST_TEST(find_user("0").name == "root");
  BOOST_TEST(find_group("root") == 0U);
  BOOST_TEST(find_group("0") == 0U);
}

BOOST_AUTO_TEST_CASE(a_user_that_does_not_exist_is_refused) {
  for (const char* name : {"", "no such user", "4294967295", "4294967296", "-1", "0x0"}) {
    BOOST_TEST(complaint([name] { static_cast<void>(find_user(name)); }) ==
               "must be a user of this host (getent passwd lists them)");
    BOOST_TEST(complaint([name] { static_cast<void>(find_group(name)); }) ==
               "must be a group of this host (getent group lists them)");
  }
}

BOOST_AUTO_TEST_CASE(root_becomes_another_user_completely_and_for_good, *utf::precondition(as_root)) {
  const User nobody = find_user("nobody");
  const std::string id = std::to_string(nobody.id);
  const std::string group = std::to_string(nobody.group);
  const std::string now = in_child([] {
    become("nobody", "");
    return status_line("Uid") + "|" + status_line("Gid") + "|" + status_line("Groups") + "|" + status_line("CapPrm") +
           "|" + status_line("NoNewPrivs") + "|" + std::to_string(::setuid(0));
  });
  BOOST_TEST(now == "Uid: " + id + " " + id + " " + id + " " + id + "|Gid: " + group + " " + group + " " + group + " " +
                        group + "|Groups: " + group + "|CapPrm: 0000000000000000|NoNewPrivs: 1|-1");
}

BOOST_AUTO_TEST_CASE(a_group_may_be_named_apart, *utf::precondition(as_root)) {
  const std::string daemon = std::to_string(find_group("daemon"));
  const auto both = in_child([] {
    become("nobody", "daemon");
    return status_line("Uid") + "|" + status_line("Gid");
  });
  const std::string id = std::to_string(find_user("nobody").id);
  BOOST_TEST(both == "Uid: " + id + " " + id + " " + id + " " + id + "|Gid: " + daemon + " " + daemon + " " + daemon +
                         " " + daemon);
  const auto alone = in_child([] {
    become("", "daemon");
    return status_line("Uid") + "|" + status_line("Groups");
  });
  BOOST_TEST(alone == "Uid: 0 0 0 0|Groups: " + daemon);
}

BOOST_AUTO_TEST_CASE(without_root_only_what_we_are_can_be_asked_for, *utf::precondition(as_root)) {
  BOOST_TEST(in_child([] {
               become("nobody", "");
               become("nobody", "");
               become("", "");
               return std::string{"fine"};
             }) == "fine");
  const std::string id = std::to_string(find_user("nobody").id);
  BOOST_TEST(in_child([] {
               become("nobody", "");
               become("root", "");
               return std::string{"root again"};
             }) == "process.user = root, but this process runs as uid " + id +
                       "; only root can become another: start as root, or leave it empty");
  BOOST_TEST(in_child([] {
               become("nobody", "");
               become("", "root");
               return std::string{"root again"};
             }).starts_with("process.group has the gid 0, but this process runs as gid "));
}

BOOST_AUTO_TEST_CASE(nothing_asked_for_still_gives_up_gaining_privileges) {
  BOOST_TEST(in_child([] {
               become("", "");
               return status_line("NoNewPrivs");
             }) == "NoNewPrivs: 1");
}
