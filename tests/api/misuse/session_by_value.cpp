// A handler takes its Session by reference.
// error: no matching function for call to .echopool::Server::serve_tcp
#include <echopool/server.hpp>
using namespace echopool;

#ifdef MISTAKE
Next handler(Session) { return Next::close; }
#else
Next handler(Session&) { return Next::close; }
#endif

void serve(Server& server) { server.serve_tcp(Endpoint::parse("*:7"), handler); }
