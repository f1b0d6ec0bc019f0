#include "opts/socket_option_values.hpp"

#include "unique_fd.hpp"

#include <boost/test/unit_test.hpp>

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <cerrno>

using namespace echopool;
using namespace echopool::client;

namespace {

const SocketOption& option(std::string_view name) {
  const SocketOption* found = find_socket_option(name);
  BOOST_REQUIRE_MESSAGE(found != nullptr, name);
  return *found;
}

class FreshSocket {
 public:
  explicit FreshSocket(int type = SOCK_STREAM) : fd_{::socket(AF_INET, type | SOCK_CLOEXEC, 0)} {}

  [[nodiscard]] OptionReading read(std::string_view name) const { return read_socket_option(fd_.get(), option(name)); }
  [[nodiscard]] std::string text(std::string_view name) const { return read(name).value.value_or("-"); }
  int set(std::string_view name, std::string_view value) const {
    return set_socket_option(fd_.get(), option(name), value);
  }
  [[nodiscard]] int fd() const noexcept { return fd_.get(); }

 private:
  UniqueFd fd_;
};

OptionReading number(std::int64_t value) { return {.value = std::to_string(value), .number = value}; }

}  // namespace

BOOST_AUTO_TEST_CASE(what_is_set_is_read_back_for_every_kind) {
  const FreshSocket socket;
  BOOST_TEST(socket.text("TCP_NODELAY") == "off");
  BOOST_TEST(socket.set("TCP_NODELAY", "on") == 0);
  BOOST_TEST(socket.text("TCP_NODELAY") == "on");
  BOOST_TEST(socket.set("TCP_NODELAY", "0") == 0);
  BOOST_TEST(socket.text("TCP_NODELAY") == "off");
  BOOST_TEST(socket.set("IP_TTL", "9") == 0);
  BOOST_TEST(socket.text("IP_TTL") == "9");
  BOOST_TEST(socket.set("TCP_KEEPIDLE", "2m") == 0);
  BOOST_TEST(socket.text("TCP_KEEPIDLE") == "120");
  BOOST_TEST(socket.set("TCP_USER_TIMEOUT", "1.5s") == 0);
  BOOST_TEST(socket.text("TCP_USER_TIMEOUT") == "1500");
  BOOST_TEST(socket.text("SO_RCVTIMEO") == "0s");
  BOOST_TEST(socket.set("SO_RCVTIMEO", "2s") == 0);
  BOOST_TEST(socket.text("SO_RCVTIMEO") == "2s");
  BOOST_TEST(socket.text("SO_LINGER") == "off");
  BOOST_TEST(socket.set("SO_LINGER", "0") == 0);
  BOOST_TEST(socket.text("SO_LINGER") == "0s");
  BOOST_TEST(socket.set("SO_LINGER", "off") == 0);
  BOOST_TEST(socket.text("SO_LINGER") == "off");
  BOOST_TEST(socket.text("SO_COOKIE").starts_with("0x"));
  BOOST_TEST(socket.set("TCP_CONGESTION", "reno") == 0);
  BOOST_TEST(socket.text("TCP_CONGESTION") == "reno");
}

BOOST_AUTO_TEST_CASE(a_size_is_doubled_by_the_kernel) {
  const FreshSocket socket;
  BOOST_TEST(socket.set("SO_RCVBUF", "64K") == 0);
  BOOST_TEST(socket.read("SO_RCVBUF").number.value_or(0) == 131'072);
  BOOST_TEST(grant_note(option("SO_RCVBUF"), "64K", socket.read("SO_RCVBUF"), "") ==
             "twice what was asked: the kernel counts its bookkeeping too");
}

BOOST_AUTO_TEST_CASE(what_came_of_a_wish_is_put_in_words) {
  const SocketOption& buffer = option("SO_SNDBUF");
  BOOST_TEST(grant_note(buffer, "1G", number(425'984), "212992") == "twice the limit");
  BOOST_TEST(grant_note(buffer, "1", number(4608), "212992") == "the smallest there is");
  BOOST_TEST(grant_note(buffer, "1M", number(100'000), "212992") == "less than asked");
  BOOST_TEST(grant_note(option("IP_TTL"), "9", number(9), "") == "as asked");
  BOOST_TEST(grant_note(option("TCP_DEFER_ACCEPT"), "10s", number(15), "") == "more than asked");
  BOOST_TEST(grant_note(option("TCP_FASTOPEN"), "100", number(10), "") == "less than asked");
  BOOST_TEST(grant_note(option("TCP_NODELAY"), "on", number(1), "") == "as asked");
  BOOST_TEST(grant_note(option("TCP_CONGESTION"), "reno", {.value = "reno"}, "") == "");
  BOOST_TEST(grant_note(buffer, "1M", {.value = std::nullopt, .error = ENOPROTOOPT}, "") == "");
}

BOOST_AUTO_TEST_CASE(a_text_that_is_no_value_is_not_given_to_the_kernel) {
  const FreshSocket socket;
  for (const auto& [name, text] : std::initializer_list<std::pair<const char*, const char*>>{{"TCP_NODELAY", "yes"},
                                                                                             {"IP_TTL", "9x"},
                                                                                             {"IP_TTL", "9.5"},
                                                                                             {"IP_TTL", ""},
                                                                                             {"SO_RCVBUF", "64Q"},
                                                                                             {"SO_RCVBUF", "99G"},
                                                                                             {"TCP_KEEPIDLE", "500ms"},
                                                                                             {"SO_RCVTIMEO", "-1"},
                                                                                             {"SO_RCVTIMEO", "soon"},
                                                                                             {"SO_RCVTIMEO", "inf"},
                                                                                             {"SO_LINGER", "on"}}) {
    BOOST_TEST(!is_value(option(name), text), name << "=" << text);
    BOOST_TEST(socket.set(name, text) == EINVAL, name << "=" << text);
  }
}

BOOST_AUTO_TEST_CASE(every_kind_that_takes_a_text_says_how_to_write_it) {
  for (const SocketOption& each : socket_options()) {
    const bool by_program = each.kind == OptionKind::structure || each.kind == OptionKind::cookie ||
                            (each.kind == OptionKind::action && !each.name.ends_with("FORCE"));
    BOOST_TEST(value_form(each).empty() == by_program, each.name);
  }
  BOOST_TEST(!is_value(option("SO_TXTIME"), "1"));
  BOOST_TEST(FreshSocket{}.set("SO_TXTIME", "1") == ENOTSUP);
}

BOOST_AUTO_TEST_CASE(an_option_of_another_kind_of_socket_is_unknown) {
  const FreshSocket datagrams{SOCK_DGRAM};
  BOOST_TEST(datagrams.read("TCP_NODELAY").is_unknown());
  BOOST_TEST(datagrams.read("UDP_SEGMENT").value.value_or("-") == "0");
  BOOST_TEST(FreshSocket{}.read("UDP_SEGMENT").is_unknown());
  BOOST_TEST(!FreshSocket{}.read("IP_MTU").is_unknown());
  BOOST_TEST(FreshSocket{}.read("IP_MTU").error == ENOTCONN);
}

BOOST_AUTO_TEST_CASE(reading_changes_nothing) {
  const FreshSocket socket;
  for (const SocketOption& each : socket_options()) {
    const auto first = read_socket_option(socket.fd(), each);
    const auto second = read_socket_option(socket.fd(), each);
    BOOST_TEST(first.value.value_or("-") == second.value.value_or("-"), each.name);
    BOOST_TEST(first.error == second.error, each.name);
  }
}

BOOST_AUTO_TEST_CASE(a_system_setting_is_read_as_one_line) {
  BOOST_TEST(read_sysctl("net/ipv4/ip_local_port_range").find('\t') == std::string::npos);
  BOOST_TEST(read_sysctl("net/ipv4/ip_local_port_range").find(' ') != std::string::npos);
  BOOST_TEST(read_sysctl("net/no/such/setting") == "");
}
