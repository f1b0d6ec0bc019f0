#include "net/resolver.hpp"

#include "sockaddr.hpp"

#include <netdb.h>

#include <memory>

namespace echopool::client {
namespace {

int family_of(FamilyChoice choice) noexcept {
  return choice == FamilyChoice::v4 ? AF_INET : choice == FamilyChoice::v6 ? AF_INET6 : AF_UNSPEC;
}

std::string_view next_step(int error, const Target& target) {
  switch (error) {
    case EAI_NONAME:
    case EAI_NODATA:
      return target.family == FamilyChoice::any ? "check the spelling, or give the address itself"
                                                : "perhaps it has addresses of the other family only";
    case EAI_ADDRFAMILY:
      return "that address is of the other family";
    case EAI_SERVICE:
      return "unknown service; give the port as a number";
    case EAI_AGAIN:
      return "the name server does not answer; try again, or give the address itself";
    default:
      return "check the name";
  }
}

}  // namespace

std::vector<Endpoint> resolve(const Target& target) {
  addrinfo hints{};
  hints.ai_family = family_of(target.family);
  hints.ai_socktype = target.transport == Transport::udp ? SOCK_DGRAM : SOCK_STREAM;
  addrinfo* found = nullptr;
  const int error = ::getaddrinfo(target.host.c_str(), target.port.c_str(), &hints, &found);
  if (error != 0)
    throw NetworkError{0, "cannot resolve " + target.to_string() + ": " + ::gai_strerror(error) + "; " +
                              std::string{next_step(error, target)}};
  const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> owner{found, &::freeaddrinfo};
  std::vector<Endpoint> endpoints;
  for (const addrinfo* entry = found; entry != nullptr; entry = entry->ai_next)
    endpoints.push_back(to_endpoint(entry->ai_addr, entry->ai_addrlen));
  return endpoints;
}

}  // namespace echopool::client
