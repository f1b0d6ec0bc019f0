#include "cli/common_options.hpp"

#include "net/network_error.hpp"
#include "output/hdr_text.hpp"

#include <cerrno>
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

Option connect_timeout_option() {
  return {"connect-timeout", '\0', "DURATION", "10s", "give up on an address that has not let us connect after this"};
}

Timeout connect_limit_of(const Arguments& arguments) {
  const Timeout limit = arguments.timeout("connect-timeout");
  if (limit && limit->count() == 0) throw UsageError{"--connect-timeout must be more than 0"};
  return limit;
}

Option hdr_option() {
  return {"hdr", '\0', "FILE", "",
          "write the distribution of the times in HdrHistogram's form (.hgrm), in milliseconds"};
}

HdrFile::HdrFile(const Arguments& arguments) {
  if (!arguments.has("hdr")) return;
  path_ = arguments.text("hdr");
  file_.open(path_, std::ios::out | std::ios::trunc);
  if (!file_) throw UsageError{"--hdr " + path_ + ": " + error_text(errno) + "; name a file that can be written"};
}

std::string HdrFile::write(const Histogram& samples) {
  if (path_.empty()) return {};
  file_ << hdr_text(samples) << std::flush;
  return file_ ? std::string{} : "--hdr " + path_ + " could not be written: is the disk full?";
}

OptionGroup socket_setup_options(SocketLetters letters) {
  const auto letter = [ping = letters == SocketLetters::of_ping](char of_ping) { return ping ? of_ping : '\0'; };
  return {"Socket",
          {{"ttl", letter('t'), "N", "", "hops a packet may make (IP_TTL)"},
           {"tos", letter('Q'), "N", "", "type of service, 0 to 255; the DSCP is its upper six bits (IP_TOS)"},
           {"fragment", letter('M'), "do|want|dont", "",
            "do: never fragment, an oversized datagram fails; want: discover the path's MTU; dont: fragment as needed"},
           {"receive-buffer", '\0', "SIZE", "", "SO_RCVBUF (else the kernel's)"},
           {"send-buffer", '\0', "SIZE", "", "SO_SNDBUF (else the kernel's)"}}};
}

SocketSetup setup_of(const Arguments& arguments) {
  constexpr std::uint64_t largest = 1U << 30;
  SocketSetup setup;
  if (arguments.has("ttl")) setup.hop_limit = static_cast<int>(arguments.count("ttl", 1, 255));
  if (arguments.has("tos")) setup.traffic_class = static_cast<int>(arguments.count("tos", 0, 255));
  if (arguments.has("receive-buffer"))
    setup.receive_buffer = static_cast<int>(arguments.size("receive-buffer", 1, largest));
  if (arguments.has("send-buffer")) setup.send_buffer = static_cast<int>(arguments.size("send-buffer", 1, largest));
  if (arguments.has("fragment")) {
    const std::string choice = arguments.text("fragment");
    setup.fragmentation = choice == "do"     ? Fragmentation::never
                          : choice == "dont" ? Fragmentation::as_needed
                                             : Fragmentation::discover;
  }
  return setup;
}

}  // namespace echopool::client
