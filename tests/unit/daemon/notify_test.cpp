#include "notify.hpp"

#include "printing.hpp"
#include "temporary_directory.hpp"

#include <boost/test/unit_test.hpp>

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cstddef>
#include <map>
#include <stdexcept>

using namespace echopool;
using namespace echopool::test;

namespace {

std::map<std::string, std::string, std::less<>> variables;

const char* variable(const char* name) {
  const auto found = variables.find(name);
  return found == variables.end() ? nullptr : found->second.c_str();
}

/// What the service manager has: a datagram socket, `@` for an abstract name.
class Manager {
 public:
  explicit Manager(std::string name) : fd_{::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)} {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    variables = {{"NOTIFY_SOCKET", name}};
    if (name[0] == '@') name[0] = '\0';
    name.copy(address.sun_path, sizeof address.sun_path);
    const auto length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + name.size());
    if (::bind(fd_.get(), reinterpret_cast<const sockaddr*>(&address), length) != 0)
      throw std::runtime_error{"cannot bind " + name};
  }

  std::string receive() {
    std::array<char, 4096> text{};
    const ssize_t size = ::recv(fd_.get(), text.data(), text.size(), 0);
    return size < 0 ? "nothing" : std::string{text.data(), static_cast<std::size_t>(size)};
  }

 private:
  UniqueFd fd_;
};

}  // namespace

BOOST_AUTO_TEST_CASE(each_state_is_told_in_the_managers_words) {
  const TemporaryDirectory folder;
  Manager manager{folder / "notify"};
  const Notifier notifier{variable};
  notifier.ready("listening on *:7");
  BOOST_TEST(manager.receive() == "READY=1\nSTATUS=listening on *:7");
  notifier.stopping("ending");
  BOOST_TEST(manager.receive() == "STOPPING=1\nSTATUS=ending");
  notifier.alive();
  BOOST_TEST(manager.receive() == "WATCHDOG=1");
}

BOOST_AUTO_TEST_CASE(a_reload_carries_the_monotonic_time) {
  const TemporaryDirectory folder;
  Manager manager{folder / "notify"};
  Notifier{variable}.reloading();
  const std::string text = manager.receive();
  const std::string head = "RELOADING=1\nMONOTONIC_USEC=";
  BOOST_REQUIRE(text.starts_with(head));
  timespec now{};
  ::clock_gettime(CLOCK_MONOTONIC, &now);
  const auto told = std::stoll(text.substr(head.size()));
  BOOST_TEST(told <= now.tv_sec * 1'000'000LL + now.tv_nsec / 1'000);
  BOOST_TEST(told > now.tv_sec * 1'000'000LL - 60'000'000);
}

BOOST_AUTO_TEST_CASE(an_abstract_socket_is_reached) {
  Manager manager{"@echopool-notify-test-" + std::to_string(::getpid())};
  Notifier{variable}.alive();
  BOOST_TEST(manager.receive() == "WATCHDOG=1");
}

BOOST_AUTO_TEST_CASE(without_a_service_manager_no_message_is_sent) {
  variables.clear();
  variables["WATCHDOG_USEC"] = "1000000";
  const Notifier notifier{variable};
  notifier.ready("x");
  BOOST_TEST(!notifier.alive_interval().has_value());
}

BOOST_AUTO_TEST_CASE(a_manager_that_is_gone_or_of_another_kind_does_no_harm) {
  for (const std::string name : {"/nonexistent/notify", "vsock:2:1234", "@", "", "relative"}) {
    variables["NOTIFY_SOCKET"] = name;
    Notifier{variable}.ready("x");
  }
  variables["NOTIFY_SOCKET"] = "/" + std::string(200, 'x');
  Notifier{variable}.ready("x");
  std::optional<Manager> manager;
  const TemporaryDirectory folder;
  manager.emplace(folder / "notify");
  const Notifier notifier{variable};
  manager.reset();
  notifier.ready("x");
  BOOST_TEST(!notifier.alive_interval().has_value());
}

BOOST_AUTO_TEST_CASE(the_watchdog_is_fed_twice_as_often_as_it_must_be) {
  const TemporaryDirectory folder;
  const Manager manager{folder / "notify"};
  const auto interval = [] { return Notifier{variable}.alive_interval(); };
  BOOST_TEST(!interval().has_value());
  variables["WATCHDOG_USEC"] = "30000000";
  BOOST_TEST(interval() == std::chrono::milliseconds{15'000});
  variables["WATCHDOG_PID"] = std::to_string(::getpid());
  BOOST_TEST(interval() == std::chrono::milliseconds{15'000});
  variables["WATCHDOG_PID"] = "1";
  BOOST_TEST(!interval().has_value());
  variables.erase("WATCHDOG_PID");
  for (const char* wrong : {"", "0", "-5", "10s"}) {
    variables["WATCHDOG_USEC"] = wrong;
    BOOST_TEST(!interval().has_value());
  }
  variables["WATCHDOG_USEC"] = "1";
  BOOST_TEST(interval() == std::chrono::milliseconds{1});
}
