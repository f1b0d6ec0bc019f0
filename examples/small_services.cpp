// Discard, daytime, character generator and time, over TCP and UDP (RFC 863, 867, 864, 868). In the last three the
// server speaks first.
//
//     small_services [ADDRESS]         default 127.0.0.1:7000: discard on 7009, daytime 7013, chargen 7019, time 7037
#include <echopool/log.hpp>
#include <echopool/server.hpp>

#include <array>
#include <csignal>
#include <cstddef>
#include <cstdint>
#include <ctime>
#include <span>
#include <string>

using namespace echopool;

namespace {

Next discard(Session& peer) { return peer.read_some().empty() ? Next::close : Next::again; }

std::string daytime() {
  const std::time_t now = std::time(nullptr);
  std::tm parts{};
  std::array<char, 64> text{};
  return {text.data(),
          std::strftime(text.data(), text.size(), "%A, %B %d, %Y %H:%M:%S-UTC\r\n", gmtime_r(&now, &parts))};
}

std::string time_since_1900() {
  const auto seconds = static_cast<std::uint32_t>(std::time(nullptr)) + 2'208'988'800U;  // RFC 868: 32 bits, big-endian
  std::string text;
  for (const int shift : {24, 16, 8, 0}) text += static_cast<char>(seconds >> shift & 0xff);
  return text;
}

/// A whole conversation in one call: it keeps its worker, so there are more workers than connections (below).
void generate_characters(Session& peer) {
  for (int first = 0; !peer.stopping(); first = (first + 1) % 95) {
    std::string line;
    for (int i = 0; i < 72; ++i) line += static_cast<char>(' ' + (first + i) % 95);
    peer.write(line + "\r\n");  // throws when the peer is gone, or does not read for `timeouts.send`
  }
}

std::span<const std::byte> bytes(const std::string& text) { return std::as_bytes(std::span{text}); }

}  // namespace

int main(int argc, char** argv) {
  const Logging logging{{.sinks = {LogSink::standard_error}}};
  ServerSettings settings;
  settings.pool.workers = 64;
  settings.limits.connections = 60;
  Server server{settings};
  const Endpoint base = Endpoint::parse(argc > 1 ? argv[1] : "127.0.0.1:7000");
  const auto at = [&base](int port) {
    return base.port() == 0 ? base : base.with_port(std::uint16_t(base.port() + port));
  };
  const auto say = [](auto text) { return [text](Session& peer) { peer.write(text()); }; };
  server.serve_tcp(at(9), discard);
  server.serve_tcp(at(13), say(daytime), {.opens = Opens::server});
  server.serve_tcp(at(19), generate_characters, {.opens = Opens::server});
  server.serve_tcp(at(37), say(time_since_1900), {.opens = Opens::server});
  server.serve_udp(at(9), [](Datagram&) {});
  server.serve_udp(at(13), [](Datagram& question) { question.reply(bytes(daytime())); });
  server.serve_udp(at(37), [](Datagram& question) { question.reply(bytes(time_since_1900())); });
  // No characters over UDP: an answer that is longer than the question makes a server an amplifier (CVE-1999-0103).
  return server.run_until_signal({SIGINT, SIGTERM});
}
