#include "echo_service.hpp"

#include "port_owner.hpp"

#include <cerrno>

namespace echopool {
namespace {

/// The framework's reason, with where the address was said in front, unless it is a default, and behind it the process
/// that has the address.
[[noreturn]] void rethrow(const StartError& error, const Configuration& configuration, std::string_view section,
                          const Endpoint& where) {
  std::string text = error.what();
  if (error.code().value() == EADDRINUSE) {
    const std::string reason = error.code().message();
    const auto owner = owner_of_port(where, section == "tcp" ? Transport::tcp : Transport::udp);
    if (const auto at = text.find(reason); owner && at != std::string::npos)
      text.insert(at + reason.size(), " by " + *owner);
  }
  if (!configuration.is_default(section, "listen")) text = configuration.location_of(section, "listen") + ": " + text;
  throw StartError{0, text};
}

/// The defaults name both loopback addresses; a host without IPv6 has only one, and need not be told to change them.
bool may_be_missing(const StartError& error, const Endpoint& where, const Configuration& configuration,
                    std::string_view section) {
  const int reason = error.code().value();
  return where.family() == Endpoint::Family::v6 && configuration.is_default(section, "listen") &&
         (reason == EADDRNOTAVAIL || reason == EAFNOSUPPORT);
}

template <class Bind>
void bind_all(const std::vector<Endpoint>& addresses, std::string_view section, const Configuration& configuration,
              std::vector<SkippedListener>& skipped, Bind bind) {
  for (const Endpoint& where : addresses) {
    try {
      bind(where);
    } catch (const StartError& error) {
      if (!may_be_missing(error, where, configuration, section)) rethrow(error, configuration, section, where);
      skipped.push_back({section, where, "this host has no IPv6 loopback address"});
    }
  }
}

}  // namespace

Next echo(Session& peer) {
  const auto received = peer.read_some();    // blocks: recv(2)
  if (received.empty()) return Next::close;  // the peer has finished
  peer.write(received);                      // blocks: send(2), until all of it is on its way
  return Next::again;
}

void echo_datagram(Datagram& datagram) { datagram.reply(datagram.data()); }

std::vector<SkippedListener> serve_echo(Server& server, const Configuration& configuration,
                                        InheritedListeners inherited) {
  std::vector<SkippedListener> skipped;
  if (!inherited.empty()) {
    for (UniqueFd& fd : inherited.tcp) server.serve_tcp(InheritedSocket{fd.release()}, Handler{echo});
    for (UniqueFd& fd : inherited.udp) server.serve_udp(InheritedSocket{fd.release()}, echo_datagram);
    return skipped;
  }
  const DaemonSettings& settings = configuration.settings;
  bind_all(settings.tcp_listen, "tcp", configuration, skipped,
           [&server](const Endpoint& where) { server.serve_tcp(where, Handler{echo}); });
  bind_all(settings.udp_listen, "udp", configuration, skipped,
           [&server](const Endpoint& where) { server.serve_udp(where, echo_datagram); });
  return skipped;
}

void start_echo(Server& server, const Configuration& configuration) {
  try {
    server.start();
  } catch (const StartError& error) {
    if (error.code().value() != EADDRINUSE) throw;
    for (const Endpoint& where : configuration.settings.tcp_listen)
      if (owner_of_port(where, Transport::tcp)) rethrow(error, configuration, "tcp", where);
    throw;
  }
}

}  // namespace echopool
