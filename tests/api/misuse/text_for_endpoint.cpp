// A text becomes an address only where it can be said what is wrong with it.
// error: no matching function for call to .echopool::Server::serve_tcp
#include <echopool/server.hpp>
using namespace echopool;

void serve(Server& server, const Handler& handler) {
#ifdef MISTAKE
  server.serve_tcp("127.0.0.1:7", handler);
#else
  server.serve_tcp(Endpoint::parse("127.0.0.1:7"), handler);
#endif
}
