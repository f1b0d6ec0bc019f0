// What becomes of the connection is said in words.
// error: no matching function for call to .echopool::Server::serve_tcp
#include <echopool/server.hpp>
using namespace echopool;

void serve(Server& server) {
#ifdef MISTAKE
  server.serve_tcp(Endpoint::parse("*:7"), [](Session&) { return true; });
#else
  server.serve_tcp(Endpoint::parse("*:7"), [](Session&) { return Next::again; });
#endif
}
