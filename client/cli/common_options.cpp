#include "common_options.hpp"

#include <stdexcept>

namespace echopool::client {

OptionGroup target_options() {
  return {"Target",
          {{"udp", 'u', "", "", "speak UDP instead of TCP"},
           {"ipv4", '4', "", "", "use IPv4 addresses only"},
           {"ipv6", '6', "", "", "use IPv6 addresses only"},
           {"source", '\0', "ADDRESS", "", "send from this local address"},
           {"source-port", '\0', "PORT", "", "send from this local port"}}};
}

Target target_of(const Arguments& arguments) {
  Target defaults;
  if (arguments.has("udp")) defaults.transport = Transport::udp;
  if (arguments.has("ipv4") && arguments.has("ipv6")) throw UsageError{"-4 and -6 exclude each other"};
  if (arguments.has("ipv4")) defaults.family = FamilyChoice::v4;
  if (arguments.has("ipv6")) {
    defaults.family = FamilyChoice::v6;
    defaults.host = "::1";
  }
  try {
    const Target target = parse_target(arguments.words(), defaults);
    if (arguments.has("udp") && target.transport == Transport::tcp)
      throw UsageError{"-u and tcp:// contradict each other"};
    return target;
  } catch (const std::invalid_argument& error) {
    throw UsageError{error.what()};
  }
}

Endpoint source_of(const Arguments& arguments) {
  const bool has_port = arguments.has("source-port");
  const auto port = has_port ? static_cast<std::uint16_t>(arguments.count("source-port", 1, 65535)) : std::uint16_t{0};
  if (!arguments.has("source")) return Endpoint{}.with_port(port);
  const std::string address = arguments.text("source");
  const bool bare_v6 = address.find(':') != std::string::npos && !address.starts_with('[');
  const auto source = Endpoint::try_parse((bare_v6 ? "[" + address + "]" : address) + ":0");
  if (!source)
    throw UsageError{"--source '" + address + "': not an address; write an IPv4 or IPv6 address of this machine"};
  return source->with_port(port);
}

}  // namespace echopool::client
