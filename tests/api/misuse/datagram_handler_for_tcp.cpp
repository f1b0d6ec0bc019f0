// A datagram handler serves UDP.
// error: no matching function for call to .echopool::Server::serve_tcp
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
