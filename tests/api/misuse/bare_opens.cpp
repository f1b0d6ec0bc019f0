// What a service is told has a name, so that it can be read and others can join it.
// error: no matching function for call to .echopool::Server::serve_tcp
#include <echopool/server.hpp>
using namespace echopool;

void serve(Server& server, const Handler& handler) {
#ifdef MISTAKE
  server.serve_tcp(Endpoint::parse("127.0.0.1:7"), handler, Opens::server);
#else
  server.serve_tcp(Endpoint::parse("127.0.0.1:7"), handler, {.opens = Opens::server});
#endif
}
