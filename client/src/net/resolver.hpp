// Names to addresses. Internal. Blocking (getaddrinfo(3)), any thread.
#pragma once

#include "net/target.hpp"

#include <echopool/endpoint.hpp>

#include <vector>

namespace echopool::client {

/// Every address of the target in the order of preference of RFC 6724, never none. Throws NetworkError when the name or
/// the service is unknown.
[[nodiscard]] std::vector<Endpoint> resolve(const Target& target);

}  // namespace echopool::client
