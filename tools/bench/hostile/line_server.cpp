// A server on the framework that answers each line with the same line, in both ways to write it, at default settings.
// usage: line_server PORT framed|unframed park|hold WORKERS
#include <echopool/framing.hpp>
#include <echopool/log.hpp>
#include <echopool/server.hpp>

#include <csignal>
#include <cstdlib>
#include <exception>
#include <iostream>
#include <string>
#include <string_view>

using namespace echopool;

namespace {

void answer(Session& peer, std::string_view line) {
  std::string text{line};
  text += '\n';
  peer.write(text);
}

Next framed(Session& peer, std::string_view line) {
  answer(peer, line);
  return Next::again;
}

Next unframed(Session& peer) {
  const auto line = peer.read_line();
  if (!line) return Next::close;
  answer(peer, *line);
  return Next::again;
}

}  // namespace

int main(int argc, char** argv) try {
  const std::string_view handler = argc == 5 ? argv[2] : "";
  if (handler != "framed" && handler != "unframed") {
    std::cerr << "usage: line_server PORT framed|unframed park|hold WORKERS\n";
    return 2;
  }
  const Logging logging{{.sinks = {LogSink::file}, .file = "/dev/null"}};
  ServerSettings settings;
  settings.pool.workers = static_cast<std::size_t>(std::atol(argv[4]));
  if (std::string_view{argv[3]} == "hold") settings.pool.idle = IdleConnections::hold;
  Server server{settings};
  const auto where = Endpoint::parse("127.0.0.1:" + std::string{argv[1]});
  if (handler == "framed")
    server.serve_tcp(where, lines(8_KiB, framed));
  else
    server.serve_tcp(where, unframed);
  return server.run_until_signal({SIGINT, SIGTERM});
} catch (const std::exception& error) {
  std::cerr << "line_server: " << error.what() << '\n';
  return 1;
}
