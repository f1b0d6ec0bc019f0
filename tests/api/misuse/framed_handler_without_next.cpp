// A framed handler says what becomes of the connection, for every message.
// error: static assertion failed: the function of a framed handler is Next
#include <echopool/framing.hpp>
#include <echopool/server.hpp>
using namespace echopool;

void serve(Server& server) {
#ifdef MISTAKE
  server.serve_tcp(Endpoint::parse("*:7"), blocks<4>([](Session& peer, std::string_view block) { peer.write(block); }));
#else
  server.serve_tcp(Endpoint::parse("*:7"), blocks<4>([](Session& peer, std::string_view block) {
                     peer.write(block);
                     return Next::again;
                   }));
#endif
}
