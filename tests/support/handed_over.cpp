#include "handed_over.hpp"

#include "sockaddr.hpp"

#include <sys/socket.h>

#include <cerrno>
#include <system_error>

namespace echopool::test {
namespace {

[[noreturn]] void fail(const char* what) { throw std::system_error{errno, std::generic_category(), what}; }

UniqueFd bound(int type) {
  const SocketAddress address = to_sockaddr(Endpoint::parse("127.0.0.1:0"));
  UniqueFd fd{::socket(AF_INET, type | SOCK_CLOEXEC, 0)};
  if (!fd || ::bind(fd.get(), address.get(), address.length) != 0) fail("bind");
  return fd;
}

}  // namespace

UniqueFd listening_socket() {
  UniqueFd fd = bound(SOCK_STREAM);
  if (::listen(fd.get(), 64) != 0) fail("listen");
  return fd;
}

UniqueFd datagram_socket() { return bound(SOCK_DGRAM); }

UniqueFd accept_from(const UniqueFd& listener) {
  UniqueFd fd{::accept4(listener.get(), nullptr, nullptr, SOCK_CLOEXEC)};
  if (!fd) fail("accept4");
  return fd;
}

std::vector<std::string> with_systemd_sockets(std::vector<std::string> words, const std::vector<int>& sockets,
                                              const std::string& names, ProgramSettings& settings) {
  settings.environment["LISTEN_FDS"] = std::to_string(sockets.size());
  settings.environment["LISTEN_FDNAMES"] = names;
  int number = 3;
  for (const int socket : sockets) settings.descriptors[number++] = socket;
  std::vector<std::string> all{"/bin/sh", "-c", R"(LISTEN_PID=$$; export LISTEN_PID; exec "$0" "$@")"};
  all.insert(all.end(), words.begin(), words.end());
  return all;
}

ProgramSettings as_inetd(int socket) {
  ProgramSettings settings;
  settings.descriptors = {{0, socket}, {1, socket}, {2, socket}};
  return settings;
}

}  // namespace echopool::test
