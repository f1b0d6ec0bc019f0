#include "net/target.hpp"

#include "quantity.hpp"

#include <algorithm>
#include <stdexcept>

namespace echopool::client {
namespace {

[[noreturn]] void wrong(const std::string& word, const std::string& why) {
  throw std::invalid_argument{"'" + word + "': " + why};
}

bool all_digits(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

void set_port(Target& target, const std::string& word, std::string_view port) {
  if (port.empty()) wrong(word, "the port is missing");
  const bool numeric = port.find_first_not_of("0123456789-+") == std::string_view::npos;
  const auto number = parse_count(port);
  if (numeric && (!number || *number < 1 || *number > 65535)) wrong(word, "the port must be a number from 1 to 65535");
  target.port = port;
}

/// Takes `tcp://` or `udp://` off the front.
std::string_view take_scheme(Target& target, const std::string& word) {
  std::string_view rest = word;
  const auto end = rest.find("://");
  if (end == std::string_view::npos) return rest;
  const auto scheme = rest.substr(0, end);
  if (scheme == "tcp")
    target.transport = Transport::tcp;
  else if (scheme == "udp")
    target.transport = Transport::udp;
  else
    wrong(word, "only tcp:// and udp:// are spoken here");
  rest.remove_prefix(end + 3);
  if (rest.ends_with('/')) rest.remove_suffix(1);
  return rest;
}

/// HOST, HOST:PORT, [v6], [v6]:PORT, a bare IPv6 address, :PORT. True when it named a port.
bool read_place(Target& target, const std::string& word, std::string_view place) {
  if (place.starts_with('[')) {
    const auto close = place.find(']');
    if (close == std::string_view::npos) wrong(word, "']' is missing; write [ADDRESS]:PORT");
    target.host = place.substr(1, close - 1);
    place.remove_prefix(close + 1);
    if (target.host.empty()) wrong(word, "the address is missing; write [ADDRESS]:PORT");
    if (place.empty()) return false;
    if (!place.starts_with(':')) wrong(word, "write [ADDRESS]:PORT");
    set_port(target, word, place.substr(1));
    return true;
  }
  const auto colons = std::count(place.begin(), place.end(), ':');
  if (colons == 1) {
    const auto colon = place.find(':');
    if (colon > 0) target.host = place.substr(0, colon);
    set_port(target, word, place.substr(colon + 1));
    return true;
  }
  if (place.empty()) wrong(word, "the host is missing");
  target.host = place;
  return false;
}

}  // namespace

std::string Target::to_string() const {
  return host.find(':') == std::string::npos ? host + ":" + port : "[" + host + "]:" + port;
}

Target parse_target(const std::vector<std::string>& words, Target defaults) {
  Target target = std::move(defaults);
  if (words.empty()) return target;
  if (words.size() > 2) wrong(words[2], "one word too many; write HOST PORT or HOST:PORT");
  const bool has_port = read_place(target, words[0], take_scheme(target, words[0]));
  if (words.size() == 2) {
    if (has_port) wrong(words[1], "the port is given twice; write HOST PORT or HOST:PORT");
    set_port(target, words[1], words[1]);
  } else if (all_digits(words[0])) {
    wrong(words[0], "a host or a port? write HOST " + words[0] + ", or :" + words[0] + " for this machine");
  }
  return target;
}

}  // namespace echopool::client
