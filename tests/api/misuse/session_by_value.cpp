// A handler takes its Session by reference.
// error: static assertion failed: a handler is Next
#include <echopool/server.hpp>
using namespace echopool;

#ifdef MISTAKE
Next handler(Session) { return Next::close; }
#else
Next handler(Session&) { return Next::close; }
#endif

void serve(Server& server) { server.serve_tcp(Endpoint::parse("*:7"), handler); }
