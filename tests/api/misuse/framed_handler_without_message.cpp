// What a framed handler is called with is the connection and the message.
// error: static assertion failed: the function of a framed handler is Next
#include <echopool/framing.hpp>
#include <echopool/server.hpp>
using namespace echopool;

void serve(Server& server) {
#ifdef MISTAKE
  server.serve_tcp(Endpoint::parse("*:7"), lines(4_KiB, [](Session&) { return Next::again; }));
#else
  server.serve_tcp(Endpoint::parse("*:7"), lines(4_KiB, [](Session&, std::string_view) { return Next::again; }));
#endif
}
