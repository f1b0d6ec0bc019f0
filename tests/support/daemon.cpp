#include "daemon.hpp"

#include "datagrams.hpp"
#include "loopback.hpp"

#include <signal.h>

#include <stdexcept>
#include <system_error>

namespace echopool::test {
namespace {

std::vector<std::string> words(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), built_program("echopoold"));
  return arguments;
}

std::vector<std::string> on_free_ports(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), {"--tcp.listen=127.0.0.1:0", "--udp.listen=127.0.0.1:0", "--log.sinks=stderr"});
  return words(std::move(arguments));
}

}  // namespace

std::string discipline_flag(IdleConnections idle) {
  return idle == IdleConnections::park ? "--pool.idle=park" : "--pool.idle=hold";
}

ProgramResult run_daemon(const std::vector<std::string>& arguments, const ProgramSettings& settings) {
  return run_program(words(arguments), {}, settings);
}

Daemon::Daemon(const std::vector<std::string>& arguments, const ProgramSettings& settings)
    : program_{on_free_ports(arguments), {}, settings} {
  if (!program_.prints("listening transport=udp")) throw std::runtime_error{"echopoold does not listen:\n" + log()};
  tcp_ = listening_address(log(), "tcp");
  udp_ = listening_address(log(), "udp");
}

ProgramResult Daemon::stop() {
  program_.signal(SIGTERM);
  return program_.finish();
}

Endpoint listening_address(const std::string& log, std::string_view transport) {
  const std::string head = "listening transport=" + std::string{transport} + " address=";
  const auto at = log.find(head);
  const auto end = log.find('\n', at);
  if (at == std::string::npos || end == std::string::npos) throw std::runtime_error{"not listening:\n" + log};
  return Endpoint::parse(std::string_view{log}.substr(at + head.size(), end - at - head.size()));
}

bool echoes_tcp(const Endpoint& server, std::string_view text) {
  try {
    Client client{server};
    client.send(text);
    client.finish_sending();
    return client.receive_all() == text;
  } catch (const std::system_error&) {
    return false;
  }
}

bool echoes_udp(const Endpoint& server, std::string_view text) {
  UdpPeer peer;
  return peer.ask(server, text).bytes == text;
}

}  // namespace echopool::test
