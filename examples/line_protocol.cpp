// A line protocol: PING is answered with PONG, everything else with ERR.
//
//     line_protocol [ADDRESS]          default 127.0.0.1:7000; try: echopool talk 127.0.0.1 7000
#include <echopool/log.hpp>
#include <echopool/server.hpp>

#include <csignal>
#include <iostream>
#include <string>

using namespace echopool;

namespace {

/// Called whenever a client has sent something; between two calls the connection is parked and costs no thread.
Next answer(Session& peer) {
  const auto line = peer.read_line(4_KiB);  // blocks; nullopt: the peer has finished
  if (!line) return Next::close;
  peer.write(*line == "PING" ? "PONG\n" : "ERR\n");  // all of it, or it throws IoError
  return Next::again;
}

}  // namespace

int main(int argc, char** argv) try {
  const Logging logging{{.sinks = {LogSink::standard_error}}};
  ServerSettings settings;
  settings.pool.workers = 16;
  settings.timeouts.receive = 30s;
  Server server{settings};
  server.serve_tcp(Endpoint::parse(argc > 1 ? argv[1] : "127.0.0.1:7000"), answer);
  return server.run_until_signal({SIGINT, SIGTERM});
} catch (const std::exception& error) {
  std::cerr << "line_protocol: " << error.what() << '\n';
  return 1;
}
