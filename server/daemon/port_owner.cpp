#include "port_owner.hpp"

#include <array>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>
#include <system_error>

namespace echopool {
namespace {

using Inodes = std::set<std::string>;

/// The kernel writes an address as host-order 32-bit words in hexadecimal.
std::optional<Endpoint> to_endpoint(const std::string& text) {
  const auto colon = text.find(':');
  const std::size_t digits = colon == std::string::npos ? 0 : colon;
  if (digits != 8 && digits != 32) return std::nullopt;
  Endpoint::Bytes bytes{};
  for (std::size_t word = 0; word < digits / 8; ++word) {
    unsigned value = 0;
    if (std::sscanf(text.c_str() + word * 8, "%8x", &value) != 1) return std::nullopt;
    std::memcpy(bytes.data() + word * 4, &value, 4);
  }
  unsigned port = 0;
  if (std::sscanf(text.c_str() + colon + 1, "%4x", &port) != 1) return std::nullopt;
  return Endpoint{digits == 8 ? Endpoint::Family::v4 : Endpoint::Family::v6, bytes, static_cast<std::uint16_t>(port)};
}

/// Whether a socket bound to `bound` keeps us from binding `wanted`.
bool clash(const Endpoint& bound, const Endpoint& wanted) {
  if (bound.port() != wanted.port()) return false;
  const bool same_family = wanted.family() == Endpoint::Family::any || bound.family() == wanted.family();
  if (bound.is_wildcard()) return same_family || bound.family() == Endpoint::Family::v6;
  return same_family && (wanted.is_wildcard() || bound.address() == wanted.address());
}

/// Adds the inodes of sockets in one of the tables; for TCP only of those that listen.
void collect(const char* table, const Endpoint& wanted, Transport transport, Inodes& inodes) {
  std::ifstream file{table};
  std::string line;
  std::getline(file, line);
  while (std::getline(file, line)) {
    std::istringstream fields{line};
    std::array<std::string, 10> field;
    for (std::string& each : field) fields >> each;
    const auto bound = to_endpoint(field[1]);
    if (!bound || !clash(*bound, wanted)) continue;
    if (transport == Transport::udp || field[3] == "0A") inodes.insert("socket:[" + field[9] + "]");
  }
}

bool has_one_of(const std::filesystem::path& process, const Inodes& inodes) {
  std::error_code error;
  for (const auto& descriptor : std::filesystem::directory_iterator{process / "fd", error}) {
    std::error_code gone;
    if (inodes.contains(std::filesystem::read_symlink(descriptor.path(), gone).string())) return true;
  }
  return false;
}

}  // namespace

std::optional<std::string> owner_of_port(const Endpoint& where, Transport transport) {
  Inodes inodes;
  const bool tcp = transport == Transport::tcp;
  collect(tcp ? "/proc/net/tcp" : "/proc/net/udp", where, transport, inodes);
  collect(tcp ? "/proc/net/tcp6" : "/proc/net/udp6", where, transport, inodes);
  if (inodes.empty()) return std::nullopt;
  std::error_code error;
  for (const auto& process : std::filesystem::directory_iterator{"/proc", error}) {
    const std::string pid = process.path().filename();
    if (pid.find_first_not_of("0123456789") != std::string::npos || !has_one_of(process.path(), inodes)) continue;
    std::string name;
    std::getline(std::ifstream{process.path() / "comm"} >> std::ws, name);
    return name + " (pid " + pid + ")";
  }
  return std::nullopt;
}

}  // namespace echopool
