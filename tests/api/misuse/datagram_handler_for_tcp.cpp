// A datagram handler serves UDP.
// error: static assertion failed: a handler is Next
#include <echopool/server.hpp>
using namespace echopool;

void answer(Datagram& question) { question.reply(question.data()); }

void serve(Server& server) {
#ifdef MISTAKE
  server.serve_tcp(Endpoint::parse("*:7"), answer);
#else
  server.serve_udp(Endpoint::parse("*:7"), answer);
#endif
}
