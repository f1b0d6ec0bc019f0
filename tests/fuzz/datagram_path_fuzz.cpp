// refusal(): whatever the address, a datagram that would be answered breaks none of the rules, in IPv4 and IPv6 alike.
#include "fuzz.hpp"
#include "udp/datagram_admission.hpp"

#include <algorithm>
#include <array>

using namespace echopool;
using echopool::fuzz::require;
using Family = Endpoint::Family;

namespace {

Endpoint take_endpoint(fuzz::Reader& input) {
  const auto family = input.take<std::uint8_t>() % 3;
  const auto port = input.take<std::uint16_t>();
  Endpoint::Bytes bytes{};
  const auto address = input.take_bytes(family == 1 ? 4 : 16);
  std::copy(address.begin(), address.end(), bytes.begin());
  return {family == 0 ? Family::any : family == 1 ? Family::v4 : Family::v6, bytes, port};
}

bool is_group(const Endpoint& endpoint) {
  return endpoint.family() == Family::v4 ? endpoint.address()[0] >= 224 && endpoint.address()[0] < 240
                                         : endpoint.address()[0] == 255;
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::Reader input{data, size};
  DatagramPath path;
  path.peer = take_endpoint(input);
  path.destination = take_endpoint(input);
  path.to_us = input.take<std::uint8_t>() % 2 != 0;
  const std::array<std::uint16_t, 2> own{input.take<std::uint16_t>(), 51'423};
  if (refusal(path, own)) return 0;

  require(path.to_us && !is_group(path.destination));
  require(path.peer.port() >= 1024 && path.peer.port() != 2049);
  require(std::count(own.begin(), own.end(), path.peer.port()) == 0);
  require(path.peer.family() != Family::any && !path.peer.is_wildcard() && !is_group(path.peer));
  if (path.peer.family() == Family::v4) require(path.peer.address()[0] != 0 && path.peer.address()[0] != 255);
  require(path.peer.unmapped() == path.peer);
  return 0;
}
