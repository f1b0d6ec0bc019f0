// cpp-httplib as its documentation would have it: GET / gives 64 bytes, GET /large a megabyte. Its pool is as large as
// those it is compared with, and a connection may carry any number of requests. usage: httplib_server PORT THREADS
#include <httplib.h>

#include <cstdlib>
#include <limits>
#include <string>

int main(int argc, char** argv) {
  const auto threads = static_cast<std::size_t>(argc > 2 ? std::atol(argv[2]) : 16);
  httplib::Server server;
  server.new_task_queue = [threads] { return new httplib::ThreadPool{threads}; };  // NOLINT: httplib deletes it
  server.set_keep_alive_max_count(std::numeric_limits<std::size_t>::max());
  server.set_tcp_nodelay(true);
  const std::string small(64, 's');
  const std::string large(1 << 20, 'l');
  server.Get("/", [&](const httplib::Request&, httplib::Response& answer) { answer.set_content(small, "text/plain"); });
  server.Get("/large",
             [&](const httplib::Request&, httplib::Response& answer) { answer.set_content(large, "text/plain"); });
  return server.listen("127.0.0.1", argc > 1 ? std::atoi(argv[1]) : 0) ? 0 : 1;
}
