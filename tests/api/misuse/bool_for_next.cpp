// What becomes of the connection is said in words.
// error: static assertion failed: a handler is Next
#include <echopool/server.hpp>
using namespace echopool;

void serve(Server& server) {
#ifdef MISTAKE
  server.serve_tcp(Endpoint::parse("*:7"), [](Session&) { return true; });
#else
  server.serve_tcp(Endpoint::parse("*:7"), [](Session&) { return Next::again; });
#endif
}
