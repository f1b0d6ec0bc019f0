// echopoold under a service manager: it says how it is, keeps the watchdog fed, and serves the sockets it is given.
#include "daemon.hpp"
#include "disciplines.hpp"
#include "eventually.hpp"
#include "handed_over.hpp"
#include "loopback.hpp"
#include "printing.hpp"
#include "sockaddr.hpp"
#include "temporary_directory.hpp"

#include <boost/test/unit_test.hpp>

#include <signal.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <array>
#include <fstream>

using namespace echopool;
using namespace echopool::test;

namespace {

/// The manager's end of NOTIFY_SOCKET.
class Manager {
 public:
  Manager() : fd_{::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)} {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    name().copy(address.sun_path, sizeof address.sun_path - 1);
    const timeval fuse{.tv_sec = 20, .tv_usec = 0};
    ::setsockopt(fd_.get(), SOL_SOCKET, SO_RCVTIMEO, &fuse, sizeof fuse);
    if (::bind(fd_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
      throw std::runtime_error{"cannot bind " + name()};
  }

  [[nodiscard]] std::string name() const { return folder_ / "notify"; }
  [[nodiscard]] ProgramSettings settings() const {
    ProgramSettings settings;
    settings.environment["NOTIFY_SOCKET"] = name();
    return settings;
  }
  std::string receive() const {
    std::array<char, 4096> text{};
    const ssize_t size = ::recv(fd_.get(), text.data(), text.size(), 0);
    return size < 0 ? "nothing" : std::string{text.data(), static_cast<std::size_t>(size)};
  }

 private:
  TemporaryDirectory folder_;
  UniqueFd fd_;
};

std::vector<std::string> daemon_words(const std::vector<std::string>& arguments) {
  std::vector<std::string> words{built_program("echopoold"), "--log.sinks=stderr"};
  words.insert(words.end(), arguments.begin(), arguments.end());
  return words;
}

/// What the daemon says it listens on. Now and then the kernel draws the same port for TCP and for UDP.
std::string listening_on(const Endpoint& tcp, const Endpoint& udp) {
  return "STATUS=listening on " + tcp.to_string() + (udp == tcp ? "" : ", " + udp.to_string());
}

/// A UDP socket on `where`; empty if another program has that port.
UniqueFd datagram_socket_on(const Endpoint& where) {
  UniqueFd fd{::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)};
  const SocketAddress address = to_sockaddr(where);
  return ::bind(fd.get(), address.get(), address.length) == 0 ? std::move(fd) : UniqueFd{};
}

}  // namespace

BOOST_AUTO_TEST_CASE(it_is_ready_when_it_listens_and_says_when_it_reloads_and_stops) {
  const Manager manager;
  const TemporaryDirectory folder;
  const std::string file = folder / "x.ini";
  std::ofstream{file} << "";
  Daemon daemon{{"-c", file}, manager.settings()};
  const std::string ready = "READY=1\n" + listening_on(daemon.tcp(), daemon.udp());
  BOOST_TEST(manager.receive() == ready);

  daemon.program().signal(SIGHUP);
  BOOST_TEST(manager.receive().starts_with("RELOADING=1\nMONOTONIC_USEC="));
  BOOST_TEST(manager.receive() == ready);

  std::ofstream{file} << "nonsense";
  daemon.program().signal(SIGHUP);
  BOOST_TEST(manager.receive().starts_with("RELOADING=1\n"));
  BOOST_TEST(manager.receive() == ready + "; the new configuration is wrong (see the log), the old one is in use");

  daemon.program().signal(SIGTERM);
  BOOST_TEST(manager.receive().starts_with("STOPPING=1\n"));
  BOOST_TEST(daemon.program().finish().status == 0);
}

BOOST_AUTO_TEST_CASE(an_address_that_tcp_and_udp_share_is_named_once) {
  const Manager manager;
  UniqueFd tcp;
  UniqueFd udp;
  while (!udp) {
    tcp = listening_socket();
    udp = datagram_socket_on(local_endpoint(tcp.get()));
  }
  ProgramSettings settings = manager.settings();
  const Program program{with_systemd_sockets(daemon_words({}), {tcp.get(), udp.get()}, "", settings), {}, settings};
  const Endpoint shared = local_endpoint(tcp.get());
  BOOST_TEST(manager.receive() == "READY=1\n" + listening_on(shared, shared));
}

BOOST_AUTO_TEST_CASE(the_watchdog_is_fed_for_as_long_as_it_serves) {
  const Manager manager;
  ProgramSettings settings = manager.settings();
  settings.environment["WATCHDOG_USEC"] = "100000";
  Daemon daemon{{}, settings};
  BOOST_TEST(manager.receive().starts_with("READY=1\n"));
  for (int i = 0; i < 5; ++i) BOOST_TEST(manager.receive() == "WATCHDOG=1");
  BOOST_TEST(daemon.stop().status == 0);
}

BOOST_AUTO_TEST_CASE(what_cannot_start_never_says_it_is_ready) {
  const Manager manager;
  BOOST_TEST(run_daemon({"--tcp.listen=198.51.100.1:7"}, manager.settings()).status == 1);
  BOOST_TEST(run_daemon({"--pool.workers=0"}, manager.settings()).status == 78);
  const Daemon daemon{{}, manager.settings()};
  BOOST_TEST(manager.receive().starts_with("READY=1\nSTATUS=listening on " + daemon.tcp().to_string()));
}

ECHOPOOL_TEST(sockets_that_are_handed_over_take_the_place_of_the_configured_ones) {
  const UniqueFd tcp = listening_socket();
  const UniqueFd udp = datagram_socket();
  const Endpoint tcp_address = local_endpoint(tcp.get());
  const Endpoint udp_address = local_endpoint(udp.get());
  ProgramSettings settings;
  const auto words = with_systemd_sockets(daemon_words({discipline_flag(idle), "--tcp.listen=198.51.100.1:7"}),
                                          {udp.get(), tcp.get()}, "datagrams:streams", settings);
  {
    Program program{words, {}, settings};
    BOOST_TEST(program.prints("listening transport=udp"));
    BOOST_TEST(listening_address(program.so_far().err, "tcp") == tcp_address);
    BOOST_TEST(listening_address(program.so_far().err, "udp") == udp_address);
    BOOST_TEST(count_of("listening", program.so_far().err) == 2U);
    BOOST_TEST(echoes_tcp(tcp_address, pattern(100'000)));
    BOOST_TEST(echoes_udp(udp_address));
    program.signal(SIGTERM);
    BOOST_TEST(program.finish().status == 0);
  }
  // The manager's sockets live on: a client that comes between two instances waits for the next one.
  Client waiting{tcp_address};
  waiting.send("between");
  Program next{words, {}, settings};
  BOOST_TEST(waiting.receive(7) == "between");
  next.signal(SIGTERM);
  BOOST_TEST(next.finish().status == 0);
}

ECHOPOOL_TEST(a_handed_over_connection_has_the_configured_limits) {
  const UniqueFd tcp = listening_socket();
  ProgramSettings settings;
  Program program{
      with_systemd_sockets(daemon_words({discipline_flag(idle), "--timeouts.idle=100ms"}), {tcp.get()}, "", settings),
      {},
      settings};
  Client silent{local_endpoint(tcp.get())};
  BOOST_TEST(silent.ended_cleanly());
  BOOST_TEST(program.prints("reason=idle_timeout"));
  program.signal(SIGTERM);
  BOOST_TEST(program.finish().status == 0);
}

BOOST_AUTO_TEST_CASE(a_socket_that_cannot_be_served_is_refused_by_its_name) {
  const UniqueFd listener = listening_socket();
  const Client client{local_endpoint(listener.get())};
  const UniqueFd connection = accept_from(listener);
  const UniqueFd local{::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)};
  const auto refusal = [&](int socket) {
    ProgramSettings settings;
    const auto words = with_systemd_sockets(daemon_words({}), {socket}, "echo", settings);
    const ProgramResult result = run_program(words, {}, settings);
    return result.err + std::to_string(result.status);
  };
  BOOST_TEST(refusal(connection.get()) ==
             "echopoold: the service manager handed over descriptor 3 (echo), a connection; use Accept=no, or "
             "StandardInput=socket and --inetd\n1");
  BOOST_TEST(refusal(local.get()) ==
             "echopoold: the service manager handed over descriptor 3 (echo), which is neither TCP nor UDP; use "
             "ListenStream=ADDRESS:PORT or ListenDatagram=ADDRESS:PORT\n1");
}

BOOST_AUTO_TEST_CASE(sockets_for_another_process_are_not_taken) {
  const UniqueFd tcp = listening_socket();
  ProgramSettings settings;
  settings.environment = {{"LISTEN_PID", "1"}, {"LISTEN_FDS", "1"}};
  settings.descriptors = {{3, tcp.get()}};
  Daemon daemon{{}, settings};
  BOOST_TEST(daemon.tcp() != local_endpoint(tcp.get()));
  BOOST_TEST(daemon.stop().status == 0);
}
