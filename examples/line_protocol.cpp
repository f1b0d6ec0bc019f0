// A line protocol: PING is answered with PONG, everything else with ERR.
//
//     line_protocol [ADDRESS]          default 127.0.0.1:7000; try: echopool talk 127.0.0.1 7000
#include <echopool/framing.hpp>
#include <echopool/log.hpp>
#include <echopool/server.hpp>

#include <csignal>
#include <iostream>
#include <string_view>

using namespace echopool;

namespace {

/// Called for every line. Between two calls, and while a line has come only in part, its connection costs no thread.
Next answer(Session& peer, std::string_view line) {
  peer.write(line == "PING" ? "PONG\n" : "ERR\n");  // all of it; what the peer does not take yet is kept
  return Next::again;
}

}  // namespace

int main(int argc, char** argv) try {
  const Logging logging{{.sinks = {LogSink::standard_error}}};
  ServerSettings settings;
  settings.pool.workers = 16;
  settings.timeouts.receive = 30s;
  Server server{settings};
  server.serve_tcp(Endpoint::parse(argc > 1 ? argv[1] : "127.0.0.1:7000"), lines(4_KiB, answer));
  return server.run_until_signal({SIGINT, SIGTERM});
} catch (const std::exception& error) {
  std::cerr << "line_protocol: " << error.what() << '\n';
  return 1;
}
